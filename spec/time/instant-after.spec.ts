import fc from 'fast-check';
import { instantAfter } from '../../src/time/instant-after.js';

describe('instantAfter', () => {
  it('is in whole milliseconds, rounded up; undefined when it never comes', () => {
    expect([instantAfter(0, 5), instantAfter(1.2, 5), instantAfter(Infinity, 5)]).toEqual([
      5,
      7,
      undefined,
    ]);
  });

  it('is the same whenever it is asked, whatever rounding makes of the wait', () => {
    const now = fc.double({ min: 0, max: 1e13, noNaN: true });
    const fraction = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(fraction, now), fc.integer({ min: 1, max: 1e9 }), (now, ms) => {
        const at = Math.ceil(now) + ms;
        // A bucket divides and multiplies: its wait is a few roundings off.
        expect(instantAfter((at - now) * (1 + 8 * Number.EPSILON), now)).toBe(at);
        expect(instantAfter((at - now) * (1 - 8 * Number.EPSILON), now)).toBe(at);
      }),
      { numRuns: 1_000 },
    );
  });
});
