// What a dashboard costs its service: 1,000 calls a second of 20 ms each, by the clock, for 5 s; the CPU of the
// whole process, and how late its event loop was: what the scheduler feels. Without a dashboard, with one that
// nobody looks at, with one page, and with 100, whose browsers are a process of their own.
//
// Must: with 100 pages at most 5 % of one core more than with none, and a median delay of the loop that is no longer
// by 1 ms. The figures are of one run; the machine is shared.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LLMService, tokensPerMinute } from 'rxllm';
import { serveDashboard } from 'rxllm/dashboard';
import { clocked, mustEqual } from './measure.mjs';
import { row } from './table.mjs';

const CALLS_PER_SECOND = 1_000;
const RUN_MS = 20;
const WARM_UP_MS = 2_000;
const MEASURED_MS = 5_000;
const TICK_MS = 10;
const MUST_SHARE = 0.05;
const MUST_DELAY_MS = 1;
const READER = fileURLToPath(new URL('./page-reader.mjs', import.meta.url));

export const title = 'a dashboard beside 1,000 calls a second';
export const rounds = 3;
export const cases = [
  { name: 'no dashboard' },
  { name: 'nobody looks', pages: 0 },
  { name: 'one page', pages: 1 },
  { name: '100 pages', pages: 100 },
];

export async function measure({ pages }) {
  const service = serviceOf();
  const browsers = pages === undefined ? undefined : await look(service, pages);
  const counted = { made: 0, answered: 0 };
  await drive(service, WARM_UP_MS, counted);
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  const { cpuMs } = await clocked(() => drive(service, MEASURED_MS, counted));
  monitor.disable();
  await sleep(10 * RUN_MS);
  mustEqual(counted.answered, counted.made, 'calls answered');
  await browsers?.leave();
  return { share: cpuMs / MEASURED_MS, delayMs: monitor.percentile(50) / 1e6 };
}

export function rows(figure) {
  const base = { share: figure('no dashboard', 'share'), delay: figure('no dashboard', 'delayMs') };
  return cases.flatMap(({ name }) => {
    const [share, delay] = [figure(name, 'share'), figure(name, 'delayMs')];
    const isJudged = name === '100 pages';
    const judgedShare = isJudged && {
      must: '5 % more at most',
      reached: share - base.share <= MUST_SHARE,
    };
    const judgedDelay = isJudged && {
      must: '1 ms more at most',
      reached: delay - base.delay <= MUST_DELAY_MS,
    };
    return [
      row({
        subject: `${name}, of one core`,
        figure: `${(share * 100).toFixed(1)} %`,
        ratio: share / base.share,
        ...judgedShare,
      }),
      row({
        subject: `${name}, delay of the loop`,
        figure: `${delay.toFixed(2)} ms`,
        ...judgedDelay,
      }),
    ];
  });
}

function serviceOf() {
  return LLMService.of({
    modelName: 'bench',
    quotas: [tokensPerMinute(1e9)],
    costOf: () => ({ tokens: 1_000 }),
    usageOf: (tokens) => ({ tokens }),
    process: () => sleep(RUN_MS, 400),
  });
}

async function look(service, pages) {
  const dashboard = await serveDashboard(service);
  const close = () => dashboard.close();
  if (pages === 0) return { leave: close };
  const reader = fork(READER, [dashboard.url, `${pages}`]);
  await once(reader, 'message');
  return {
    async leave() {
      reader.kill();
      await once(reader, 'close');
      await close();
    },
  };
}

/** So many calls as the clock asks for, whatever the timers do. */
async function drive(service, forMs, counted) {
  const start = performance.now();
  let made = 0;
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - start) {
    for (; made < (elapsed * CALLS_PER_SECOND) / 1_000; made++) {
      counted.made += 1;
      void service
        .callAsync('x', { label: `label ${made % 10}` })
        .then(() => (counted.answered += 1));
    }
    await sleep(TICK_MS);
  }
}
