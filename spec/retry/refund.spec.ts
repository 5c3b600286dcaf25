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
});
