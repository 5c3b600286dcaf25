import type { Charged } from './metered-provider.js';
import { tiledFill, windowFill } from './window-fill.js';

const MINUTE = 60_000;
const TOKENS = { tokens: 100, requests: Infinity };

/** A whole limit at once, every so many ms. */
function bursts(everyMs: number, untilMs: number, firstMs = 0): Charged[] {
  const length = Math.ceil((untilMs - firstMs) / everyMs);
  return Array.from({ length }, (_, index) => ({ at: firstMs + index * everyMs, tokens: 100 }));
}

describe('windowFill', () => {
  it('is 1 where a whole limit comes in every minute, and 0 where nothing does', () => {
    const range = [0, 5 * MINUTE] as const;

    expect(windowFill(bursts(MINUTE, 5 * MINUTE), TOKENS, MINUTE, range)).toEqual({
      mean: 1,
      most: 1,
    });
    expect(windowFill([], TOKENS, MINUTE, range)).toEqual({ mean: 0, most: 0 });
  });

  it.each([0, 15_000, 30_000, 45_000, 59_000])(
    'is what is used in the long run, wherever bursts fall: from %i ms on',
    (firstMs) => {
      const account = bursts(60_250, 15 * MINUTE, firstMs);
      const { mean } = windowFill(account, TOKENS, MINUTE, [MINUTE, 15 * MINUTE]);

      expect(Math.abs(mean - 60 / 60.25)).toBeLessThan(0.0004);
    },
  );

  it('follows the drawing in its documentation', () => {
    const account = [0, 0, 5, 5].map((at) => ({ at, tokens: 1 }));
    const grants = { tokens: 2, requests: Infinity };

    expect(windowFill(account, grants, 4, [0, 10])).toEqual({ mean: 4 / 6, most: 1 });
  });

  it('leaves out what was charged before', () => {
    const account = [...bursts(1000, MINUTE), ...bursts(MINUTE, 5 * MINUTE, MINUTE)];
    const fill = windowFill(account, TOKENS, MINUTE, [MINUTE, 5 * MINUTE]);

    expect(fill).toEqual({ mean: 1, most: 1 });
  });

  it('finds the fullest window across two bursts that come too close', () => {
    const account = [0, 59_999, 180_000].map((at) => ({ at, tokens: 100 }));

    expect(windowFill(account, TOKENS, MINUTE, [0, 5 * MINUTE]).most).toBe(2);
  });

  it('counts the fuller one of two limits at each instant', () => {
    const account = [
      { at: 0, tokens: 100 },
      ...[0, 1, 2, 3].map((index) => ({ at: 2 * MINUTE + index, tokens: 5 })),
    ];
    const grants = { tokens: 100, requests: 4 };
    const { mean } = windowFill(account, grants, MINUTE, [0, 4 * MINUTE]);

    // Full in the minute before 2 minutes for tokens, and in the one before 3 for requests.
    expect(mean).toBeCloseTo(1 / 3, 4);
  });
});

describe('tiledFill', () => {
  it('is the total divided by what all windows grant', () => {
    const account = bursts(60_250, 15 * MINUTE);

    expect(tiledFill(account, TOKENS, MINUTE, [0, 15 * MINUTE])).toBe(1);
    expect(tiledFill(account.slice(0, 3), TOKENS, MINUTE, [0, 15 * MINUTE])).toBeCloseTo(0.2, 10);
  });

  it('counts the fuller one of two limits in each window', () => {
    const account = [0, 1, MINUTE].map((at) => ({ at, tokens: 10 }));

    expect(tiledFill(account, { tokens: 20, requests: 4 }, MINUTE, [0, 2 * MINUTE])).toBe(0.75);
  });
});
