import type { SimulatorStats } from 'rxllm/simulator';
import type { TryRecord } from './call-record.js';
import type { Records } from './read-records.js';
import { hasAnswer, isGivenUp, isStale, lastOf } from './rules.js';

/** How many of everything there were, counted from the journals alone. */
export interface Totals {
  /** Calls by what their callers were told: `completed`, `left`, `failed 500`, … */
  readonly told: Readonly<Record<string, number>>;
  /** Tries that rxllm started, that the client was told to send, and that the provider saw come. */
  readonly started: number;
  readonly sent: number;
  readonly arrived: number;
  readonly retried: number;
  /** Answers that were complete, by status, and of these the ones that were sent to their end. */
  readonly complete: Readonly<Record<string, number>>;
  readonly finished: Readonly<Record<string, number>>;
  /** Answers cut in the middle: by the caller's side, and by the provider. */
  readonly cutByCaller: number;
  readonly cutByProvider: number;
  /** Of those that the caller's side cut, the ones of which not even a status had been sent. */
  readonly cutBeforeAnswer: number;
  /** Whole answers to callers who had left, or whose time was over, while they were on their way. */
  readonly crossed: number;
  /** Whole answers to tries that the client had given up, and made again. */
  readonly tooLate: number;
  /** Tries that broke and never came. */
  readonly stale: number;
}

export function totalsOf(records: Records): Totals {
  const calls = [...records.values()];
  const all = calls.flatMap((call) => [...call.tries.values()].map((one) => ({ call, one })));
  const answers = all.flatMap(({ one }) => one.answers);
  const cut = all.filter(({ one }) => one.answers.some(({ end }) => end === 'cut'));
  const byCaller = cut.filter(({ call, one }) => isGivenUp(call, one));
  const vain = all.filter(({ call, one }) => hasAnswer(one) && isGivenUp(call, one));
  const sum = (of: (one: TryRecord) => number) =>
    all.reduce((total, { one }) => total + of(one), 0);
  return {
    told: tally(
      calls.flatMap(({ told: [told] }) =>
        told ? [`${told.how} ${told.reason ?? ''}`.trim()] : [],
      ),
    ),
    started: sum(({ started }) => started),
    sent: sum(({ sent }) => sent),
    arrived: sum(({ arrived }) => arrived),
    retried: sum(({ retried }) => retried.length),
    complete: tally(answers.filter(({ end }) => end !== 'cut').map(({ status }) => String(status))),
    finished: tally(
      answers.filter(({ end }) => end === 'finished').map(({ status }) => String(status)),
    ),
    cutByCaller: byCaller.length,
    cutByProvider: cut.length - byCaller.length,
    cutBeforeAnswer: byCaller.filter(({ one }) => one.answers.some(({ status }) => status === 0))
      .length,
    crossed: vain.filter(({ call, one }) => one === lastOf(call)).length,
    stale: all.filter(({ call, one }) => isStale(call, one)).length,
    tooLate: vain.filter(({ call, one }) => one !== lastOf(call)).length,
  };
}

/** What of the totals does not agree with what the simulator has counted itself. */
export function disagreements(totals: Totals, stats: SimulatorStats): string[] {
  const { complete, arrived, cutBeforeAnswer, cutByCaller, cutByProvider } = totals;
  const { admitted, answered, aborted, faults, refused } = stats;
  const failed = complete['500'] ?? 0;
  const broken = admitted - answered - aborted - failed;
  return [
    ...differ('answered', answered, complete['200'] ?? 0),
    ...differ('refused 429', sumOf(refused), complete['429'] ?? 0),
    ...differ('refused 529', faults.overloaded529, complete['529'] ?? 0),
    ...differ('invalid requests', stats.invalid, 0),
    ...differ('limits broken', stats.limitsBroken, 0),
    ...differ('still in flight', stats.inFlight, 0),
    // A request may be cut before the simulator has read it, or after it has decided its fate.
    ...outside('requests', stats.requests, arrived - cutBeforeAnswer, arrived),
    ...outside('broken connections', broken, cutByProvider, cutByProvider + cutByCaller),
    ...outside('faults status500', faults.status500, failed, failed + cutByCaller),
    ...outside('faults brokenStream', faults.brokenStream, broken, broken + cutByCaller),
  ];
}

/** What the callers' side has started, and where all of it is: nothing where the sums are right. */
export function unexplained(totals: Totals, idle: number): string[] {
  const { stale, started, arrived, complete, cutByCaller, cutByProvider } = totals;
  return [
    ...differ('arrived', arrived, sumOf(complete) + cutByCaller + cutByProvider),
    ...outside('arrived', arrived, 0, started),
    ...outside('tries on connections that were being closed', stale, 0, idle),
  ];
}

function differ(what: string, one: number, other: number): string[] {
  return one === other ? [] : [`${what}: ${one} by one count, ${other} by the other`];
}

function outside(what: string, value: number, least: number, most: number): string[] {
  return value >= least && value <= most ? [] : [`${what}: ${value}, not from ${least} to ${most}`];
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
