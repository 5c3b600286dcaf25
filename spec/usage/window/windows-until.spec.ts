import fc from 'fast-check';
import { windowsUntil } from '../../../src/usage/window/windows-until.js';

/** The same, one window after the other. */
function oneByOne(amount: number, charged: readonly number[], limit: number, inReach: number) {
  const held = [...charged];
  let rest = amount;
  for (let left = 0; ; left++) {
    const end = left === 0 ? charged.length : left + inReach;
    while (held.length < end) held.push(0);
    const free = Math.max(0, limit - Math.max(...held.slice(left, end)));
    for (let index = left; index < end; index++) held[index]! += free;
    rest -= free;
    if (rest <= 0) return left;
  }
}

describe('windowsUntil', () => {
  it.each([
    // amount, charged, limit, inReach, windows
    [10, [0], 10, 1, 0],
    [11, [0], 10, 1, 1],
    [20, [0], 10, 1, 1],
    [21, [0], 10, 1, 2],
    [5, [5, 0], 10, 2, 0],
    [5, [10, 0], 10, 2, 1],
    [6, [10, 5], 10, 2, 2],
    [1_000_000, [10], 10, 1, 100_000],
  ])('%d after %j, of which each holds %d with %d in reach, fit when so many have left: %d', (amount, charged, limit, inReach, windows) => {
    expect(windowsUntil(amount, charged, limit, inReach)).toBe(windows);
  }); // prettier-ignore

  it('says what charging one window after the other comes to', () => {
    const some = fc.integer({ min: 1, max: 4 }).chain((inReach) =>
      fc.record({
        amount: fc.nat(150),
        charged: fc.array(fc.nat(12), { minLength: 1, maxLength: inReach + 1 }),
        limit: fc.integer({ min: 1, max: 10 }),
        inReach: fc.constant(inReach),
      }),
    );
    fc.assert(
      fc.property(some, ({ amount, charged, limit, inReach }) => {
        expect(windowsUntil(amount, charged, limit, inReach)).toBe(
          oneByOne(amount, charged, limit, inReach),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
