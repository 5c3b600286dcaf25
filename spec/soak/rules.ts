import type { AnswerEnd, CallRecord, TryRecord } from './call-record.js';

/** What must be so of every call: each rule says what is wrong, and whether it is. */
export interface Rule {
  readonly wrong: string;
  readonly isBroken: (call: CallRecord) => boolean;
}

/** How rxllm must say that a call has ended of which the caller was told so. */
const EVENT_OF: Readonly<Record<string, string>> = {
  completed: 'completed',
  'mixed-up': 'completed',
  failed: 'failed',
  left: 'cancelled',
  aborted: 'cancelled',
};

/** With these the caller's own side ended the try, wherever it was. */
const GIVEN_UP = ['no-answer', 'firstChunkTimeout', 'timeout'];

export const RULES: readonly Rule[] = [
  { wrong: 'lost: its caller was told nothing', isBroken: ({ told }) => told.length === 0 },
  { wrong: 'its caller was told twice', isBroken: ({ told }) => told.length > 1 },
  {
    wrong: "its caller was told another's answer",
    isBroken: ({ told }) => told.some(({ how }) => how === 'mixed-up'),
  },
  {
    wrong: 'a try came to the provider twice',
    isBroken: (call) => tries(call).some(({ arrived }) => arrived > 1),
  },
  {
    wrong: 'a try came that had not been started and sent',
    isBroken: (call) =>
      tries(call).some(
        (one) => one.arrived > one.sent || one.sent > one.started || one.started > 1,
      ),
  },
  {
    wrong: 'an answer has not ended',
    isBroken: (call) => tries(call).some(({ arrived, answers }) => arrived !== answers.length),
  },
  {
    wrong: 'the provider answered it twice',
    isBroken: (call) =>
      awaited(call)
        .flatMap(({ answers }) => answers)
        .filter(isWhole).length > 1,
  },
  {
    wrong: 'completed, and its last try was not answered',
    isBroken: (call) => isTold(call, 'completed') && lastOf(call)?.answers.some(isWhole) !== true,
  },
  {
    wrong: 'answered, and its caller was told something else',
    isBroken: (call) => awaited(call).some(hasAnswer) && !isTold(call, 'completed'),
  },
  {
    wrong: 'a try that another followed had been answered',
    isBroken: (call) => awaited(call).some((one) => hasAnswer(one) && one.retried.length > 0),
  },
  {
    wrong: 'a try never came, and nobody had given it up',
    isBroken: (call) => awaited(call).some((one) => one.arrived === 0 && !isStale(call, one)),
  },
  {
    wrong: 'the provider did not fail as the caller was told',
    isBroken: (call) => awaited(call).some((one) => !isAsTold(call, one)),
  },
  {
    wrong: 'its tries are not 1, 2, 3, each after a failure',
    isBroken: (call) => !isInOrder(call),
  },
  {
    wrong: 'rxllm told events otherwise than the caller was told',
    isBroken: ({ told: [told], queued, ended }) =>
      queued !== 1 || ended.length !== 1 || ended[0] !== EVENT_OF[told?.how ?? ''],
  },
];

function tries({ tries }: CallRecord): TryRecord[] {
  return [...tries.values()];
}

/** The tries of which the caller's side awaited the end; what it had given up may be answered too late. */
function awaited(call: CallRecord): TryRecord[] {
  return tries(call).filter((one) => !isGivenUp(call, one));
}

export function hasAnswer({ answers }: TryRecord): boolean {
  return answers.some(isWhole);
}

export function lastOf({ tries }: CallRecord): TryRecord | undefined {
  return tries.get(Math.max(...tries.keys()));
}

/** The whole of an answer, sent to its end. */
function isWhole({ status, end }: AnswerEnd): boolean {
  return status === 200 && end === 'finished';
}

function isTold({ told }: CallRecord, how: string): boolean {
  return told.some((one) => one.how === how);
}

/** Whether the caller has left, or its time was over: what comes of the last try is not for it any more. */
function hasGivenUp({ told: [told] }: CallRecord): boolean {
  const { how = '', reason = '' } = told ?? {};
  return how === 'left' || how === 'aborted' || GIVEN_UP.includes(reason);
}

/** Whether the caller's side ended the try, so that it may have been cut anywhere. */
export function isGivenUp(call: CallRecord, one: TryRecord): boolean {
  const [reason] = one.retried;
  return reason === undefined
    ? one === lastOf(call) && hasGivenUp(call)
    : GIVEN_UP.includes(reason);
}

/** It was sent on a connection that the provider was closing at that moment: it broke, and never came. */
export function isStale(call: CallRecord, one: TryRecord): boolean {
  return one.sent === 1 && one.arrived === 0 && reasonIn(call, one) === 'connection';
}

/** Why the try failed, by what rxllm said of it or by what the caller was told; undefined where it did not. */
function reasonIn({ told: [told] }: CallRecord, one: TryRecord): string | undefined {
  return one.retried[0] ?? told?.reason;
}

/** A status must be the provider's own, and only what it broke off is a broken connection. */
function isAsTold(call: CallRecord, one: TryRecord): boolean {
  const [{ status, end } = { status: NaN, end: '' }] = one.answers;
  const reason = reasonIn(call, one);
  if (isStale(call, one)) return true;
  if (reason === undefined) return end === 'finished';
  if (reason === 'connection') return end === 'cut' && (status === 0 || status === 200);
  return end === 'finished' && reason === String(status) && status >= 400;
}

function isInOrder(call: CallRecord): boolean {
  const numbers = [...call.tries.keys()].sort((one, other) => one - other);
  return numbers.every((number, at) => {
    const retries = call.tries.get(number)?.retried.length;
    // Who waits for its next try may leave before that starts.
    const isRight = at < numbers.length - 1 ? retries === 1 : retries === 0 || hasGivenUp(call);
    return number === at + 1 && isRight;
  });
}
