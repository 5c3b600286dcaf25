import { cellOf, KINDS } from './cells.js';
import { proveQuota } from './prove-quota.js';

/** Those that are counted in sliding windows, which is what `rxllm/lite` has. */
const kinds = KINDS.filter(({ quotaModel, learnsOutput }) => !quotaModel && !learnsOutput);
const cells = kinds.map((kind) => cellOf(kind, 200_000));

describe.each(cells)('rxllm/lite at 200,000 tokens a minute, $kind.name', (cell) => {
  const { kind, limit, requestLimit, mustTotal, mustUse } = cell;
  const proof = (policy: 'lite' | 'rxllm') =>
    proveQuota({ ...kind, limit, requestLimit, policy, seed: 1 });

  it('uses as much as rxllm does, with no answer of 429', () => {
    const [lite, rxllm] = [proof('lite'), proof('rxllm')];

    expect(lite.refused429).toBe(0);
    expect(lite.totalShare).toBeGreaterThanOrEqual(mustTotal);
    expect(lite.usedShare).toBeGreaterThanOrEqual(mustUse);
    expect(lite.largestWindow).toBeLessThanOrEqual(1);
    // Timers are set for whole ms from when somebody asks, so that calls may start a part of one apart.
    expect(Math.abs(lite.totalShare - rxllm.totalShare)).toBeLessThan(0.001);
  });
});
