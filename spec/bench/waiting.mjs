// What waiting costs: the window is full for a minute, 10,000 calls are queued. After they have
// settled, the CPU of the whole process over 2 s; then the longest delay of its event loop over
// 1 s (apart, since the instrument itself takes CPU). Beside it a Node process that does nothing.
// p-throttle runs without `strict`, which is cubic in what is queued; p-queue counts calls.
//
// Must (figures of the issue that asked for this benchmark): at most 1 ms of CPU a second, and an
// event loop that stays free: no delay over 10 ms. The better round counts for the delay, since the
// machine delays a process too, and a loop that is not free is so in every round.
import { setTimeout as sleep } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { clocked, liveHeapBytes, mustEqual } from './measure.mjs';
import { row } from './table.mjs';

const QUEUED = 10_000;
const SETTLE_MS = 500;
const WAIT_MS = 2000;
const RESOLUTION_MS = 10;
const MUST_CPU_MS = 1;
const MUST_DELAY_MS = 10;

export const title = 'the window is full, 10,000 calls wait for 2 s';
export const rounds = 2;
export const cases = [
  { name: 'Node, idle' },
  { name: 'p-throttle', subject: 'p-throttle' },
  { name: 'limiter', subject: 'limiter' },
  { name: 'p-queue', subject: 'p-queue' },
  { name: 'rxllm', subject: 'rxllm' },
];

export async function measure({ subject }) {
  if (subject) await fill(subject);
  await liveHeapBytes();
  await sleep(SETTLE_MS);
  const { cpuMs } = await clocked(() => sleep(WAIT_MS));
  return { cpuMsPerSecond: (cpuMs * 1000) / WAIT_MS, delayMs: await longestDelayMs() };
}

export function rows(figure) {
  return cases.flatMap(({ name }) => {
    const cpu = figure(name, 'cpuMsPerSecond');
    const delay = figure(name, 'delayMs', (values) => Math.min(...values));
    const ours = name === 'rxllm';
    const judgedCpu = ours && { must: '<= 1 ms', reached: cpu <= MUST_CPU_MS };
    const judgedDelay = ours && { must: '<= 10 ms', reached: delay <= MUST_DELAY_MS };
    return [
      row({ subject: `${name}, CPU a second`, figure: `${cpu.toFixed(2)} ms`, ...judgedCpu }),
      row({ subject: `${name}, longest delay`, figure: `${delay.toFixed(2)} ms`, ...judgedDelay }),
    ];
  });
}

/** One call takes the window; all others have to wait for the next one. */
async function fill(subject) {
  const { open } = await import(`./subjects/${subject}.mjs`);
  let started = 0;
  const work = () => Promise.resolve(++started);
  const { call } = open({ work, limit: 1, windowMs: 60_000 });
  for (let at = 0; at <= QUEUED; at++) void call({ weight: 1 });
  await sleep(SETTLE_MS);
  mustEqual(started, 1, 'calls that started');
}

/** How late the loop was at worst; the monitor counts its own interval in. */
async function longestDelayMs() {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  await sleep(WAIT_MS / 2);
  monitor.disable();
  return Math.max(0, monitor.max / 1e6 - RESOLUTION_MS);
}
