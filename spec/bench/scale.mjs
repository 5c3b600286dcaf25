// A million calls whose work completes synchronously must not grow the stack, in three forms:
// called one after the other; all queued behind one that holds the only permit, then let go at
// once; and each called from the `complete` of the one before. All of them must be answered.
// Raw RxJS beside it: mergeMap recurses once for each buffered Observable that completes
// synchronously, so it overflows the stack or stays silent for ever.
//
// Must: 1,000,000 answers (a promise of the design); µs per call are only told.
import { of, Subject } from 'rxjs';
import { clocked, mustEqual } from './measure.mjs';
import { row } from './table.mjs';

const CALLS = 1_000_000;
const FORMS = { 'one by one': oneByOne, 'queued up front': queued, chained };

export const title = '1,000,000 synchronous completions';
export const rounds = 1;
export const cases = ['rxllm', 'raw RxJS'].flatMap((label) =>
  Object.keys(FORMS).map((form) => ({
    name: `${label}, ${form}`,
    subject: label === 'rxllm' ? 'rxllm' : 'raw-rxjs',
    form,
  })),
);

export async function measure({ subject, form }) {
  process.on('uncaughtException', () => {}); // how RxJS reports what a broken pipeline throws
  const { open } = await import(`./subjects/${subject}.mjs`);
  const gate$ = new Subject();
  const work = ({ waits, weight }) => (waits ? gate$ : of(weight));
  const { subscribe } = open({ work, concurrency: 1, limit: 1e12, windowMs: 60_000 });
  let answers = 0;
  const send = (request, then) =>
    subscribe(request, { next: () => answers++, error: () => {}, complete: () => then?.() });
  const { wallMs } = await clocked(() => survive(() => FORMS[form](send, gate$)));
  if (subject === 'rxllm') mustEqual(answers, CALLS, 'answers');
  return { answers, micros: (wallMs * 1000) / CALLS };
}

export function rows(figure) {
  return cases.map(({ name, subject }) => {
    const answers = figure(name, 'answers');
    const judged = subject === 'rxllm' && { must: 'all answered', reached: answers === CALLS };
    const micros = `${figure(name, 'micros').toFixed(2)} µs`;
    const lost = `${answers.toLocaleString('en')} answered`;
    return row({ subject: name, figure: answers === CALLS ? micros : lost, ...judged });
  });
}

async function survive(work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  await new Promise(setImmediate);
}

function oneByOne(send) {
  for (let at = 0; at < CALLS; at++) send({ weight: 1 });
}

function queued(send, gate$) {
  send({ waits: true, weight: 1 });
  for (let at = 0; at < CALLS; at++) send({ weight: 1 });
  gate$.complete();
}

function chained(send) {
  let sent = 0;
  const next = () => {
    if (sent++ < CALLS) send({ weight: 1 }, next);
  };
  next();
}
