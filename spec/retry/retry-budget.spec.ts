import fc from 'fast-check';
import { RetryBudget, type RetryBudgetOptions } from '../../src/retry/retry-budget.js';

function budgetAfter(calls: number, options: RetryBudgetOptions): RetryBudget {
  const budget = new RetryBudget(options);
  for (let call = 0; call < calls; call++) budget.called(0);
  return budget;
}

/** How many retries are granted in a row. */
function granted(budget: RetryBudget, now: number): number {
  let count = 0;
  while (count < 1_000 && budget.take(now)) count++;
  return count;
}

/** The same as lists that are counted anew each time: what `RetryBudget` must agree with. */
class NaiveBudget {
  private readonly calls: number[] = [];
  private readonly retries: number[] = [];

  constructor(private readonly options: Required<RetryBudgetOptions>) {}

  called(now: number): void {
    this.calls.push(now);
  }

  take(now: number): boolean {
    const { share, atLeast, windowMs } = this.options;
    const isWithin = (at: number) => now - at < windowMs;
    const most = Math.max(atLeast, share * this.calls.filter(isWithin).length);
    const isGranted = this.retries.filter(isWithin).length + 1 <= most;
    if (isGranted) this.retries.push(now);
    return isGranted;
  }
}

describe('RetryBudget', () => {
  it.each([
    [0, 0.2, 10, 10],
    [49, 0.2, 10, 10],
    [55, 0.2, 10, 11],
    [100, 0.2, 10, 20],
    [100, 0, 10, 10],
    [100, 0.2, 0, 20],
    [4, 0.2, 0, 0],
    [100, 0, 0, 0],
    [0, 0.2, 0, 0],
    [10, 2, 0, 20],
    [10, Infinity, 0, 1_000],
    [0, Infinity, 0, 1_000],
  ])(
    'after %d calls, with a share of %d and at least %d, grants %d',
    (calls, share, atLeast, expected) => {
      // prettier-ignore
      expect(granted(budgetAfter(calls, { share, atLeast }), 0)).toBe(expected);
    },
  );

  it('counts nothing that it refuses', () => {
    const budget = budgetAfter(5, { share: 0.2, atLeast: 0 });
    expect(granted(budget, 0)).toBe(1);
    expect(budget.take(0)).toBe(false);

    for (let call = 0; call < 5; call++) budget.called(1);

    expect(granted(budget, 1)).toBe(1);
  });

  it.each([
    [59_999, false],
    [60_000, true],
  ])('grants again what was granted a window ago: at %d ms %p', (now, expected) => {
    const budget = new RetryBudget({ share: 0, atLeast: 1 });
    budget.take(0);

    expect(budget.take(now)).toBe(expected);
  });

  it.each([
    [59_999, 20],
    [60_000, 1],
  ])('forgets calls after a window: at %d ms it grants %d', (now, expected) => {
    expect(granted(budgetAfter(100, { share: 0.2, atLeast: 1 }), now)).toBe(expected);
  });

  it('grants without a bound when the share is Infinity and the calls have left the window', () => {
    expect(budgetAfter(3, { share: Infinity, atLeast: 0 }).take(1_000_000)).toBe(true);
  });

  it('has a window of the length that it is told', () => {
    const budget = new RetryBudget({ share: 0, atLeast: 1, windowMs: 10 });

    expect([0, 9, 10, 19, 20].map((now) => budget.take(now))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('never grants more than max(atLeast, share * calls) in any window', () => {
    const options = fc.record({
      share: fc.constantFrom(0, 0.1, 0.2, 0.5, 1, 3),
      atLeast: fc.nat(3),
      windowMs: fc.integer({ min: 1, max: 20 }),
    });
    const step = fc.record({ gap: fc.nat(12), retries: fc.nat(4), calls: fc.nat(6) });

    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 40 }), (some, steps) => {
        const [budget, naive] = [new RetryBudget(some), new NaiveBudget(some)];
        let now = 0;
        for (const { gap, retries, calls } of steps) {
          now += gap;
          for (let call = 0; call < calls; call++)
            [budget, naive].forEach((one) => one.called(now));
          for (let n = 0; n < retries; n++) expect(budget.take(now)).toBe(naive.take(now));
        }
      }),
      { numRuns: 500 },
    );
  });
});
