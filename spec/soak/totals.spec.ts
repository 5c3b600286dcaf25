import type { SimulatorStats } from '../../src/simulator/index.js';
import { readRecords } from './read-records.js';
import { disagreements, totalsOf, unexplained } from './totals.js';

/** Call 1 is answered, 2 refused and then answered, 3 cut by its caller, 4 by the provider, 5 left in the queue. */
const PROVIDER = [
  'arrived 1/1, ended 1/1 200 finished, arrived 2/1, ended 2/1 429 finished',
  'arrived 2/2, ended 2/2 200 finished, arrived 3/1, ended 3/1 0 cut',
  'arrived 4/1, ended 4/1 200 cut, arrived 6/1, ended 6/1 200 finished',
];
const CALLER = [
  'sent 1/1, told 1 completed, sent 2/1, sent 2/2, told 2 completed, sent 3/1, told 3 left',
  'sent 4/1, told 4 failed connection, told 5 left, sent 6/1, told 6 aborted',
];
const EVENTS = [
  'started 1 1, started 2 1, retrying 2 1 429, started 2 2, started 3 1, started 4 1, started 6 1',
];
const STATS = {
  requests: 6,
  invalid: 0,
  admitted: 5,
  answered: 3,
  refused: { requests: 0, tokens: 0, tooLarge: 0, injected: 1 },
  limitsBroken: 0,
  aborted: 1,
  faults: {
    ...{ rate429: 1, bare429: 0, overloaded529: 0, status500: 0 },
    ...{ hang: 0, brokenStream: 1, slow: 0 },
  },
  inFlight: 0,
} as unknown as SimulatorStats;

const linesOf = (texts: readonly string[]) =>
  texts.flatMap((text) => text.split(', ').map((line) => line.split(' ')));
const totals = totalsOf(
  readRecords({ provider: linesOf(PROVIDER), caller: linesOf(CALLER), events: linesOf(EVENTS) }, 6),
);

describe('totalsOf', () => {
  it('counts what each side has written down', () => {
    expect(totals).toEqual({
      told: { completed: 2, left: 2, 'failed connection': 1, aborted: 1 },
      ...{ started: 6, sent: 6, arrived: 6, retried: 1 },
      complete: { '200': 3, '429': 1 },
      finished: { '200': 3, '429': 1 },
      ...{ cutByCaller: 1, cutByProvider: 1, cutBeforeAnswer: 1, crossed: 1, tooLate: 0, stale: 0 },
    });
  });

  it('tells an answer that came too late from one to who had left', () => {
    const provider = linesOf([
      'arrived 1/1, ended 1/1 200 finished, arrived 1/2, ended 1/2 200 finished',
    ]);
    const caller = linesOf(['sent 1/1, sent 1/2, told 1 left']);
    const events = linesOf(['started 1 1, retrying 1 1 no-answer, started 1 2']);
    const { crossed, tooLate } = totalsOf(readRecords({ provider, caller, events }, 1));
    expect({ crossed, tooLate }).toEqual({ crossed: 1, tooLate: 1 });
  });
});

describe('disagreements', () => {
  it('are none where the simulator has counted the same', () => {
    expect(disagreements(totals, STATS)).toEqual([]);
  });

  it('allow for a request that was cut before the simulator had read it', () => {
    const unread = { ...STATS, requests: 5, admitted: 4, aborted: 0 };
    expect(disagreements(totals, unread)).toEqual([]);
  });

  it.each<[string, Partial<SimulatorStats>]>([
    ['answered', { answered: 4 }],
    ['answered', { answered: 2 }],
    ['refused 429', { refused: { ...STATS.refused, tokens: 1 } }],
    ['refused 529', { faults: { ...STATS.faults, overloaded529: 1 } }],
    ['invalid requests', { invalid: 1 }],
    ['limits broken', { limitsBroken: 1 }],
    ['still in flight', { inFlight: 1 }],
    ['requests', { requests: 4 }],
    ['requests', { requests: 7 }],
    ['broken connections', { admitted: 4 }],
    ['broken connections', { aborted: 3 }],
    ['faults status500', { faults: { ...STATS.faults, status500: 2 } }],
    ['faults brokenStream', { faults: { ...STATS.faults, brokenStream: 3 } }],
  ])('are found: %s', (what, changed) => {
    const found = disagreements(totals, { ...STATS, ...changed });
    expect(found).toContainEqual(expect.stringMatching(`^${what}: `));
  });
});

describe('unexplained', () => {
  it('is nothing where all that came has ended in one way', () => {
    expect(unexplained(totals, 0)).toEqual([]);
  });

  it('is nothing where as many connections were closed as tries never came', () => {
    expect(unexplained({ ...totals, stale: 2 }, 2)).toEqual([]);
  });

  it.each([
    ['a request without an end', { arrived: 7, started: 7 }],
    ['more requests than tries', { started: 5 }],
    ['a broken connection that the provider has not closed', { stale: 1 }],
  ])('is %s', (_, changed) => {
    expect(unexplained({ ...totals, ...changed }, 0)).toHaveLength(1);
  });
});
