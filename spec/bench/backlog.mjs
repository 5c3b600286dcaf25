// What a call costs when the whole backlog is queued up front and then drained: CPU per call (and
// wall time beside it, which other processes disturb) at 10,000, 100,000 and 1,000,000 calls, 100
// at a time, each answer a promise that is awaited. Every size is measured warm and with its
// garbage. Ours has a weighted quota on that never binds, and is measured without one at the
// largest size besides; p-limit and raw RxJS have none. Raw RxJS is quadratic (mergeMap shifts an
// array), so it stops at 100,000. Rows that nothing is judged by have one round.
// Besides: the live heap that each of 100,000 queued calls holds while nothing can start, with the
// promise of its caller.
//
// Must (figures of the issue that asked for this benchmark): a call at 1,000,000 costs at most 1.3
// of one at 10,000; at most 5 µs when p-limit takes 4 in the same run, which it does at 1,000,000,
// so 1.25 of p-limit there; at most 800 bytes a queued call.
import { clocked, liveHeapBytes, mustEqual } from './measure.mjs';
import { row } from './table.mjs';
import { dispenser, expectedSum, noop, seededRequests } from './workload.mjs';

const SIZES = [10_000, 100_000, 1_000_000];
const WARM_UPS = 20;
const HELD = 100_000;
const LIMITS = { concurrency: 100, limit: 1e12, windowMs: 60_000 };
const MUST_GROWTH = 1.3;
const MUST_OF_P_LIMIT = 1.25;
const MUST_BYTES = 800;
const MOST = SIZES.at(-1);

const nameOf = (label, size) => `${label}, ${size.toLocaleString('en')}`;
const timed = (label, size, more) => ({ name: nameOf(label, size), size, ...more });

export const title = 'CPU per call, queued up front, then drained; bytes of a queued call';
export const rounds = 3;
export const cases = [
  ...SIZES.flatMap((size) => [
    timed('p-limit', size, { subject: 'p-limit' }),
    timed('rxllm', size, { subject: 'rxllm' }),
  ]),
  timed('rxllm without quota', MOST, { subject: 'rxllm', unlimited: true, rounds: 1 }),
  timed('raw RxJS', SIZES[0], { subject: 'raw-rxjs', rounds: 1 }),
  timed('raw RxJS', SIZES[1], { subject: 'raw-rxjs', rounds: 1, boundMs: 20_000 }),
  { name: 'p-limit, a queued call', subject: 'p-limit', held: HELD },
  { name: 'rxllm, a queued call', subject: 'rxllm', held: HELD },
];

export async function measure({ subject, size, held, unlimited }) {
  const { open } = await import(`./subjects/${subject}.mjs`);
  const limits = unlimited ? { concurrency: LIMITS.concurrency } : LIMITS;
  return held ? bytesPerCall(open, held) : timePerCall(open, size, limits);
}

export function rows(figure) {
  const timeRows = cases.filter(({ size }) => size).map((one) => timeRow(figure, one));
  const heapRows = cases.filter(({ held }) => held).map((one) => heapRow(figure, one));
  return [...timeRows, growthRow(figure), ...heapRows];
}

async function timePerCall(open, size, limits) {
  const { call } = open({ ...limits, work: noop });
  const requests = seededRequests(1000);
  for (let turn = 0; turn < WARM_UPS; turn++) await drain(call, requests, SIZES[0]);
  const turns = Math.max(1, Math.round(200_000 / size));
  globalThis.gc();
  const { cpuMs, wallMs } = await clocked(async () => {
    for (let turn = 0; turn < turns; turn++) await drain(call, requests, size);
  });
  const perCall = (ms) => (ms * 1000) / (turns * size);
  return { cpuMicros: perCall(cpuMs), wallMicros: perCall(wallMs) };
}

async function drain(call, requests, count) {
  const take = dispenser(requests, count);
  const answers = await Promise.all(Array.from({ length: count }, () => call(take())));
  const sum = answers.reduce((total, one) => total + one, 0);
  mustEqual(sum, expectedSum(requests, count), 'sum of the answers');
}

/** The first call holds the only permit; when all is measured it lets go, and all are answered. */
async function bytesPerCall(open, held) {
  const letGo = [];
  const first = new Promise((resolve) => letGo.push(resolve));
  const request = { weight: 1, answer: first };
  const { call } = open({ ...LIMITS, concurrency: 1, work: ({ answer }) => answer });
  const answers = new Array(held + 1).fill(call(request));
  const before = await liveHeapBytes();
  for (let at = 1; at <= held; at++) answers[at] = call(request);
  const after = await liveHeapBytes();
  letGo[0](1);
  const sum = (await Promise.all(answers)).reduce((total, one) => total + one, 0);
  mustEqual(sum, held + 1, 'sum of the answers');
  return { bytes: (after - before) / held };
}

function timeRow(figure, { name, size, boundMs }) {
  const cpu = figure(name, 'cpuMicros');
  if (cpu === undefined) return row({ subject: name, figure: `over ${boundMs / 1000} s` });
  const wall = figure(name, 'wallMicros').toFixed(2);
  const ratio = cpu / figure(nameOf('p-limit', size), 'cpuMicros');
  const judged = name === nameOf('rxllm', MOST) && {
    must: `<= ${MUST_OF_P_LIMIT} of p-limit`,
    reached: ratio <= MUST_OF_P_LIMIT,
  };
  return row({ subject: name, figure: `${cpu.toFixed(2)} µs (wall ${wall})`, ratio, ...judged });
}

function growthRow(figure) {
  const cpu = (size) => figure(nameOf('rxllm', size), 'cpuMicros');
  const [least, most] = [cpu(SIZES[0]), cpu(MOST)];
  const ratio = most / least;
  return row({
    subject: 'rxllm, growth of the largest',
    figure: `${most.toFixed(2)} to ${least.toFixed(2)} µs`,
    ratio,
    must: `<= ${MUST_GROWTH}`,
    reached: ratio <= MUST_GROWTH,
  });
}

function heapRow(figure, { name, subject }) {
  const bytes = figure(name, 'bytes');
  const ratio = bytes / figure('p-limit, a queued call', 'bytes');
  const judged = subject === 'rxllm' && {
    must: `<= ${MUST_BYTES} bytes`,
    reached: bytes <= MUST_BYTES,
  };
  return row({ subject: name, figure: `${bytes.toFixed(0)} bytes`, ratio, ...judged });
}
