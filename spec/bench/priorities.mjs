// What priorities cost: 100,000 calls, each of one of 10 priorities, at random but the same in every
// run, queued behind one that holds the only permit and then let out one by one. CPU per call, queued
// and drained, beside as many of one priority. One permit, so that the order can be checked: that a
// priority ever rises, or that one of two equals passes an older one, fails the run. Beside it p-queue.
//
// Must (figure of the issue that asked for this benchmark): at most 1.5 of a plain queue. Published
// for p-queue: 33 µs a call.
import { drainCost } from './held.mjs';
import { row } from './table.mjs';
import { seededNumbers } from './workload.mjs';

const CALLS = 100_000;
const PRIORITIES = 10;
const MUST = 1.5;

export const title = '100,000 calls of 10 priorities, queued up front, then drained one by one';
export const rounds = 5;
export const cases = [
  { name: 'rxllm, no options', subject: 'rxllm', count: 0 },
  { name: 'rxllm, 1 priority', subject: 'rxllm', count: 1 },
  { name: 'rxllm, 10 priorities', subject: 'rxllm', count: PRIORITIES },
  { name: 'p-queue, 1 priority', subject: 'p-queue', count: 1, rounds: 1 },
  { name: 'p-queue, 10 priorities', subject: 'p-queue', count: PRIORITIES, rounds: 1 },
];

export async function measure({ subject, count }) {
  const requests = seededNumbers(CALLS, Math.max(1, count)).map(toRequest);
  const { cpuMicros, orders } = await drainCost(
    subject,
    requests,
    count ? withPriority : noOptions,
  );
  return { cpuMicros, inversions: orders.flatMap(inversionsIn).length };
}

export function rows(figure) {
  return cases.map(({ name, subject, count }) => {
    const micros = figure(name, 'cpuMicros');
    const ratio = micros / figure(`${subject}, 1 priority`, 'cpuMicros');
    const inversions = figure(name, 'inversions', (values) => Math.max(...values));
    const judged = subject === 'rxllm' && {
      ...(count === PRIORITIES && { must: `<= ${MUST}`, reached: ratio <= MUST }),
      broken: inversions > 0,
    };
    const wrong = inversions > 0 ? `, ${inversions} out of order` : '';
    const published = name === 'p-queue, 10 priorities' ? '33 µs' : undefined;
    return row({
      subject: name,
      figure: `${micros.toFixed(2)} µs${wrong}`,
      ratio,
      published,
      ...judged,
    });
  });
}

const toRequest = (priority, at) => ({ at, weight: 1, priority });
const withPriority = ({ priority }) => ({ priority });
const noOptions = () => undefined;

/** Those that started right before one of a higher priority, or before an older one of the same. */
function inversionsIn(started) {
  return started.slice(1).filter((one, place) => {
    const before = started[place];
    return one.priority === before.priority ? one.at < before.at : one.priority > before.priority;
  });
}
