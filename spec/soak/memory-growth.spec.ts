import { seededRandom } from '../../src/index.js';
import { growthOf, leaks, type Sample } from './memory-growth.js';

const STEP = 1_250;
const CALLS = 50_000;
const NOISE = 60_000;

/** What grows as `grows` says and shakes up and down, as heaps do. */
function samples(grows: (calls: number) => number): Sample[] {
  const random = seededRandom(1);
  return Array.from({ length: CALLS / STEP }, (_, at) => {
    const calls = (at + 1) * STEP;
    const heap = 25e6 + grows(calls) + NOISE * (2 * random() - 1);
    return { calls, memory: { heap, external: 4e6 } };
  });
}

describe('growthOf', () => {
  it('is the slope of a line, in bytes a call', () => {
    const line = [10, 20, 30, 40].map((calls) => ({
      ...{ calls, memory: { heap: 1_000 + 7 * calls, external: 5 } },
    }));
    expect(growthOf(line, 'heap')).toBeCloseTo(7);
    expect(growthOf(line, 'external')).toBeCloseTo(0);
  });

  it('looks at the last half only', () => {
    expect(
      Math.abs(
        growthOf(
          samples((calls) => 400 * Math.min(calls, 24_000)),
          'heap',
        ),
      ),
    ).toBeLessThan(5);
  });
});

describe('leaks', () => {
  it('finds nothing in a heap that shakes and stays flat', () => {
    expect(
      leaks(
        'caller',
        samples(() => 0),
      ),
    ).toEqual([]);
  });

  it('finds a leak of sixty bytes a call in it', () => {
    expect(
      leaks(
        'caller',
        samples((calls) => 60 * calls),
      ),
    ).toEqual([
      expect.stringMatching(/^the caller leaks: its heap memory grew by \d\d\.\d bytes a call/),
    ]);
  });

  it('finds memory outside of the heap', () => {
    const outside = samples(() => 0).map(({ calls, memory }) => ({
      ...{ calls, memory: { ...memory, external: 100 * calls } },
    }));
    expect(leaks('provider', outside)).toEqual([
      expect.stringContaining('external memory grew by 100.0'),
    ]);
  });

  it('says nothing of a program that still warms up', () => {
    expect(leaks('caller', samples((calls) => 1_000 * calls).slice(0, 8))).toEqual([]);
  });
});
