// CPU per call when nothing has to wait for the limit: 200,000 no-op calls by 200 callers, each of
// which awaits its answer before it calls again; 100 permits; a limit that counts weights (calls
// for p-queue) is on and never binds. Bare callers have neither, raw RxJS has no limit, p-throttle
// and limiter have no permits.
//
// Must: at most what raw RxJS costs; the aim after that is 0.46 of it, which p-throttle reaches.
// The published figures are those of the issue that asked for this benchmark, as multiples of raw
// RxJS: bare callers 0.11, p-throttle 0.46, limiter 0.66, p-queue 0.76, raw RxJS 1, Effect 3.3 and
// the original of this library 5 (these two are not measured here). Raw RxJS is measured three
// times: with an Observable as answer that becomes a promise, which is the job of ours; lean, the
// least it can do, which comes nearest to the published ratios; and with Observables only. The
// promise counts, and the ratio to the lean form is told besides.
import { clocked, mustEqual } from './measure.mjs';
import { row } from './table.mjs';
import { dispenser, expectedSum, noop, seededRequests } from './workload.mjs';

const CALLS = 200_000;
const CALLERS = 200;
const WARM_UP = 40_000;
const LIMITS = { concurrency: 100, limit: 1e12, windowMs: 60_000 };
const MUST = 1;

export const title = 'CPU per call, 200,000 no-op calls, 200 outstanding, 100 permits';
export const rounds = 5;
export const cases = [
  { name: 'bare callers', subject: 'bare', published: '0.11' },
  { name: 'p-throttle', subject: 'p-throttle', published: '0.46' },
  { name: 'limiter', subject: 'limiter', published: '0.66' },
  { name: 'p-queue', subject: 'p-queue', published: '0.76' },
  { name: 'raw RxJS', subject: 'raw-rxjs', published: '1' },
  { name: 'raw RxJS, lean', subject: 'raw-rxjs-lean' },
  { name: 'raw RxJS, Observable', subject: 'raw-rxjs', observable: true },
  { name: 'rxllm', subject: 'rxllm', published: '(5)' },
  { name: 'rxllm, Observable', subject: 'rxllm', observable: true },
  { name: 'rxllm/lite', subject: 'rxllm-lite' },
];

export async function measure({ subject, observable }) {
  const { open } = await import(`./subjects/${subject}.mjs`);
  const { call, subscribe } = open({ ...LIMITS, work: noop });
  const caller = observable ? subscriber(subscribe) : awaiter(call);
  await drive(caller, WARM_UP);
  const { cpuMs, wallMs } = await clocked(() => drive(caller, CALLS));
  return { cpuMicros: (cpuMs * 1000) / CALLS, wallMicros: (wallMs * 1000) / CALLS };
}

export function rows(figure) {
  const all = cases.map(({ name, published }) => rowOf(figure, name, 'raw RxJS', { published }));
  return [
    ...all,
    rowOf(figure, 'rxllm', 'raw RxJS, lean', { judged: false }),
    rowOf(figure, 'rxllm, Observable', 'raw RxJS, Observable', { judged: false }),
  ];
}

function rowOf(figure, name, base, { published, judged = name === 'rxllm' }) {
  const micros = figure(name, 'cpuMicros');
  const ratio = micros / figure(base, 'cpuMicros');
  const subject = base === 'raw RxJS' ? name : `${name}, to ${base}`;
  const verdict = judged && { must: `<= ${MUST} (then 0.46)`, reached: ratio <= MUST };
  return row({ subject, figure: `${micros.toFixed(2)} µs`, ratio, published, ...verdict });
}

async function drive(caller, count) {
  const requests = seededRequests(1000);
  const take = dispenser(requests, count);
  const sums = await Promise.all(Array.from({ length: CALLERS }, () => caller(take)));
  const sum = sums.reduce((total, one) => total + one, 0);
  mustEqual(sum, expectedSum(requests, count), 'sum of the answers');
}

/** A caller who awaits each answer. */
const awaiter = (call) => async (take) => {
  let sum = 0;
  for (let request = take(); request; request = take()) sum += await call(request);
  return sum;
};

/** A caller who subscribes again as soon as the last answer is complete. */
const subscriber = (subscribe) => (take) =>
  new Promise((resolve, reject) => {
    let sum = 0;
    const observer = { next: (value) => (sum += value), error: reject, complete: next };
    function next() {
      const request = take();
      if (request) subscribe(request, observer);
      else resolve(sum);
    }
    next();
  });
