import fc from 'fast-check';
import type { FailureKind } from '../../src/index.js';
import { usageOfFailed } from '../../src/retry/refund.js';

const COST = { requests: 2, tokens: 812, images: 3 };
const NOTHING_BUT_REQUESTS = { tokens: 0, images: 0 };

describe('usageOfFailed', () => {
  // prettier-ignore
  it.each<[FailureKind, object | undefined]>([
    ['not-sent',        undefined],
    ['rate',            NOTHING_BUT_REQUESTS],
    ['concurrency',     NOTHING_BUT_REQUESTS],
    ['overloaded',      NOTHING_BUT_REQUESTS],
    ['quota-exhausted', NOTHING_BUT_REQUESTS],
    ['too-large',       NOTHING_BUT_REQUESTS],
    ['rejected',        NOTHING_BUT_REQUESTS],
    ['server',          {}],
    ['timeout',         {}],
    ['connection',      {}],
    ['unknown',         {}],
  ])('of a call that failed as %s is %j: what is not named stays as it was reserved', (kind, usage) => {
    expect(usageOfFailed(kind, COST)).toEqual(usage);
  });

  it.each([{}, { requests: 1 }])('of a refused call that cost %j names nothing', (cost) => {
    expect(usageOfFailed('rejected', cost)).toEqual({});
  });

  it('leaves the cost as it was', () => {
    const cost = { ...COST };
    usageOfFailed('rejected', Object.freeze(cost));

    expect(cost).toEqual(COST);
  });

  it('never charges more than was reserved, and gives a request back only if it was never sent', () => {
    const kind = fc.constantFrom<FailureKind>('not-sent', 'rate', 'concurrency', 'overloaded', 'quota-exhausted', 'too-large', 'rejected', 'server', 'timeout', 'connection', 'unknown'); // prettier-ignore
    const cost = fc.dictionary(fc.constantFrom('requests', 'tokens', 'usd', 'images'), fc.nat(9));
    fc.assert(
      fc.property(kind, cost, (failed, reserved) => {
        const usage = usageOfFailed(failed, reserved);
        const charged = usage && { ...reserved, ...usage };

        expect(usage === undefined).toBe(failed === 'not-sent');
        for (const unit of Object.keys(reserved)) {
          expect(charged?.[unit] ?? 0).toBeLessThanOrEqual(reserved[unit]!);
          if (unit === 'requests') expect(charged?.[unit]).toBe(usage && reserved[unit]);
        }
        expect(Object.keys(charged ?? {}).sort()).toEqual(
          usage ? Object.keys(reserved).sort() : [],
        );
      }),
      { numRuns: 300 },
    );
  });
});
