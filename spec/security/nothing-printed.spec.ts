import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { config, EMPTY, NEVER, of, throwError } from 'rxjs';
import { fallback, hedge, LLMService, quota, runServices, shareInFlight } from 'rxllm';
import ts from 'typescript';
import { VirtualTime } from '../support/virtual-time.js';
import { HIDDEN, leaksIn, PROMPT } from './support/canaries.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const src = join(__dirname, '../../src');
const files = readdirSync(src, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.ts')); // prettier-ignore

/** What in a file's code prints, or stops a debugger: comments are no code. */
function printsIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest); // prettier-ignore
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isDebuggerStatement(node)) found.push('debugger');
    if (ts.isPropertyAccessExpression(node)) {
      const text = node.getText(source);
      if (/^console\.|^process\.(stdout|stderr|emitWarning)$/.test(text)) found.push(text);
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

describe('src', () => {
  it('prints nowhere but in the command of the simulator', () => {
    const printing = files.filter((file) => printsIn(file).length > 0);

    expect(files.length).toBeGreaterThan(150);
    expect(printing.map((file) => file.replaceAll('\\', '/'))).toEqual([expect.stringMatching(/simulator\/(.*\/)?main\.ts$/)]); // prettier-ignore
  });
});

describe('a service', () => {
  const printed: unknown[] = [];
  const unhandled: unknown[] = [];
  const onWarning = (warning: unknown) => printed.push(warning);
  beforeEach(() => {
    for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const)
      jest.spyOn(console, name).mockImplementation((...all) => printed.push(all));
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((text) => printed.push(text) > 0);
    process.on('warning', onWarning);
    config.onUnhandledError = (error) => unhandled.push(error);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.off('warning', onWarning);
    config.onUnhandledError = null;
  });

  /** Calls that end in every way that is ours, by callers of whom none listens for errors. */
  function endInEveryWay(): void {
    const scheduler = new VirtualTime();
    const usual = { modelName: 'm', scheduler, maxConcurrentJobs: 1, queueLimit: 1 };
    const silent = LLMService.of({ ...usual, process: (_prompt: string) => NEVER });
    const large = LLMService.of({ ...usual, process: (prompt: string) => of(prompt), costOf: (prompt) => ({ tokens: prompt.length }), quotas: [quota({ unit: 'tokens', limit: 1, windowMs: 9 })] }); // prettier-ignore
    const odd = LLMService.of({ ...usual, process: (prompt: string) => prompt as never });
    const told = { status: 429, headers: { 'retry-after': '9999' } };
    const refused = LLMService.of({ ...usual, process: (_prompt: string) => throwError(() => Object.assign(new Error('busy'), told)) }); // prettier-ignore
    silent.call(PROMPT, { timeout: 5 }).subscribe();
    silent.call(PROMPT, { queueTimeout: 3 }).subscribe();
    silent.call(PROMPT).subscribe();
    silent.call(PROMPT, { deadline: 1 }).subscribe();
    for (const one of [large, odd, refused, refused]) one.call(PROMPT).subscribe();
    fallback([large, odd]).call(PROMPT).subscribe();
    hedge(odd, { delayMs: 1, scheduler }).call(PROMPT).subscribe();
    shareInFlight(odd, { keyOf: (prompt) => prompt })
      .call(PROMPT)
      .subscribe();
    odd.callEvents(PROMPT).subscribe();
    scheduler.flush();
    void silent.close({ abandon: true });
    silent.call(PROMPT).subscribe();
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('prints nothing, and hands RxJS no prompt in an error that nobody handles', async () => {
    endInEveryWay();
    await settled();

    const codes = new Set(unhandled.map((error) => (error as { code?: string }).code));
    expect([...codes].sort()).toEqual(['CALL_TIMEOUT', 'INVALID_OPTION', 'QUEUE_FULL', 'QUOTA_EXCEEDED', 'RETRY_AFTER_TOO_LONG', 'SERVICE_CLOSED']); // prettier-ignore
    expect(leaksIn(unhandled, HIDDEN)).toEqual([]);
    expect(printed).toEqual([]);
  });

  it('brings about no warning when many calls share a signal', async () => {
    const { signal } = new AbortController();
    const service = LLMService.of({ modelName: 'm', process: (_prompt: string) => NEVER });
    const calls = Array.from({ length: 50 }, () => service.call(PROMPT, { signal }).subscribe());
    await settled();
    for (const call of calls) call.unsubscribe();

    expect(printed).toEqual([]);
  });

  it('rejects with errors that hold no prompt', async () => {
    const closed = LLMService.of({ modelName: 'm', process: () => EMPTY });
    const empty = await closed.callAsync(PROMPT as never).catch((error: unknown) => error);
    await closed.close();
    const late = await closed.callAsync(PROMPT as never).catch((error: unknown) => error);
    const twice = await runServices([closed, closed], () => PROMPT).catch(
      (error: unknown) => error,
    );

    expect([empty, late, twice]).toMatchObject([{ code: 'NO_RESPONSE' }, { code: 'SERVICE_CLOSED' }, { code: 'INVALID_OPTION' }]); // prettier-ignore
    expect(leaksIn([empty, late, twice], HIDDEN)).toEqual([]);
  });
});
