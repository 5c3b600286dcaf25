import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Text {
  readonly file: string;
  readonly code: string;
}

const script = join(__dirname, 'support/lint-text.mjs');

/** ESLint reads its settings as a module, which Jest cannot load: in a process of its own, all at once. */
function messagesFor(texts: readonly Text[]): string[][] {
  const input = JSON.stringify(texts);
  const { stdout, stderr } = spawnSync(process.execPath, [script], { input, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

const CORE = 'src/queue/line.ts';
const inCore = (code: string): Text => ({ file: CORE, code });

const forbidden: Readonly<Record<string, readonly string[]>> = {
  'a clock of the platform': [
    'export const at = Date.now();',
    "export const at = Date['now']();",
    'const { now } = Date; export const at = now();',
    'const { now: read } = Date; export const at = read();',
    'const Clock = Date; export const at = Clock.now();',
    'export const at = globalThis.Date.now();',
    "export const at = globalThis['Date'].now();",
    'export const at = window.Date.now();',
    'export const at = self.Date.now();',
    'const { Date: Clock } = globalThis; export const at = Clock.now();',
    'export const at = new Date();',
    'export const at = new Date;',
    'export const at = +new Date();',
    'export const at = Date();',
    'export const at = new globalThis.Date();',
    'export const at = Reflect.construct(Date, []);',
    'export class Late extends Date {}',
    'export const at = performance.now();',
    "export const at = performance['now']();",
    'const { now } = performance; export const at = now();',
    'export const at = performance.timeOrigin;',
    'export const at = globalThis.performance.now();',
    'export const at = process.hrtime();',
    "import { performance as clock } from 'perf_hooks'; export const at = clock.now();",
    "import { performance as clock } from 'node:perf_hooks'; export const at = clock.now();",
    'export const at = Temporal.Now.instant();',
  ],
  'a timer of the platform': [
    'setTimeout(() => undefined, 5);',
    'globalThis.setTimeout(() => undefined, 5);',
    "globalThis['setTimeout'](() => undefined, 5);",
    'const later = setTimeout; later(() => undefined, 5);',
    'const { setTimeout: later } = globalThis; later(() => undefined, 5);',
    'window.setTimeout(() => undefined, 5);',
    'setInterval(() => undefined, 5);',
    'setImmediate(() => undefined);',
    'queueMicrotask(() => undefined);',
    'process.nextTick(() => undefined);',
    'requestAnimationFrame(() => undefined);',
    'requestIdleCallback(() => undefined);',
    'new MessageChannel().port1.postMessage(1);',
    'export const signal = AbortSignal.timeout(5);',
    "export { setTimeout as wait } from 'timers/promises';",
    "import { setTimeout as wait } from 'timers'; wait(() => undefined, 5);",
    "import { setTimeout as wait } from 'node:timers'; wait(() => undefined, 5);",
  ],
  'the clock of RxJS': [
    "import { timer } from 'rxjs'; export const due$ = timer(5);",
    "import { timer } from 'rxjs'; export const due$ = timer(5, 5);",
    "import { interval } from 'rxjs'; export const due$ = interval(5);",
    "import { asyncScheduler } from 'rxjs'; export const at = asyncScheduler.now();",
    "import { asyncScheduler as clock } from 'rxjs'; export const at = clock.now();",
    "import { asapScheduler } from 'rxjs'; asapScheduler.schedule(() => undefined);",
    "import { of, delay } from 'rxjs'; export const late$ = of(1).pipe(delay(5));",
    "import { NEVER, timeout } from 'rxjs'; export const late$ = NEVER.pipe(timeout(5));",
    "import { debounceTime } from 'rxjs'; export const quiet = debounceTime(5);",
    "import { auditTime } from 'rxjs'; export const quiet = auditTime(5);",
    "import { ReplaySubject } from 'rxjs'; export const latest$ = new ReplaySubject(1, 5);",
  ],
  'what is not virtual in a marble test': [
    'export async function later(): Promise<void> {}',
    'export const later = async () => undefined;',
    "export const later = import('./call-queue.js');",
    'export async function* later() { yield 1; }',
    'export async function all(of: AsyncIterable<1>) { for await (const one of of) return one; }',
  ],
};

const allowed: readonly Text[] = [
  inCore(
    "import { timer, type SchedulerLike } from 'rxjs'; export const due = (scheduler: SchedulerLike) => timer(5, scheduler);",
  ),
  inCore('export const isDate = (value: unknown): value is Date => value instanceof Date;'),
  inCore("export const at = Date.parse('2026-11-29') - Date.UTC(2026, 0);"),
  inCore("import { ReplaySubject } from 'rxjs'; export const latest$ = new ReplaySubject(1);"),
  inCore('export const signal = new AbortController().signal;'),
  inCore('export const ms = (instant: Date) => instant.getTime();'),
  {
    file: 'src/time/monotonic-scheduler.ts',
    code: 'export const at = performance.now() - Date.now();',
  },
  {
    file: 'src/time/ms-until.ts',
    code: "import { asyncScheduler } from 'rxjs'; export const at = asyncScheduler.now();",
  },
  { file: 'spec/service.spec.ts', code: 'export const at = Date.now();' },
];

const places = ['src/service.ts', 'src/call/run.ts', 'src/estimate/latest.ts', 'src/heap/indexed-heap.ts', 'src/operators/hedge.ts', 'src/options/call.ts', 'src/queue/line.ts', 'src/retry/refund.ts', 'src/telemetry/outlook.ts', 'src/time/clock.ts', 'src/time/ms-until.ts', 'src/usage/gate.ts', 'src/usage/window/sliding-window.ts', 'src/headers/instant.ts', 'src/openai/price.ts', 'src/a-new-file.ts', 'src/usage/a-new-folder/a-new-file.ts']; // prettier-ignore

describe('eslint.config.js', () => {
  const clock = 'export const at = Date.now();';
  const texts = [
    ...Object.values(forbidden).flat().map(inCore),
    ...allowed,
    ...places.map((file) => ({ file, code: clock })),
  ];
  let messages: ReadonlyMap<string, readonly string[]>;
  const said = ({ file, code }: Text) => messages.get(`${file} ${code}`);

  beforeAll(() => {
    const all = messagesFor(texts);
    messages = new Map(texts.map(({ file, code }, index) => [`${file} ${code}`, all[index] ?? []]));
  }, 30_000);

  describe.each(Object.entries(forbidden))('lets the core have no use of %s', (_what, snippets) => {
    it.each(snippets)('%s', (code) => {
      expect(said(inCore(code))).not.toEqual([]);
    });
  });

  it.each(allowed)('allows in $file: $code', (text) => {
    expect(said(text)).toEqual([]);
  });

  it.each(places)('forbids to read the wall clock in %s', (file) => {
    expect(said({ file, code: clock })).toContain('1: Time comes from the injected scheduler.');
  });
});
