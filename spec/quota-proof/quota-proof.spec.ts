import { type Cell, cellOf, KINDS, LIMITS, SEEDS } from './cells.js';
import { proveCell } from './prove-cell.js';
import type { QuotaProof } from './prove-quota.js';

/**
 * All seeds; of 2,000,000 tokens a minute one, with the strictest provider and with those whose model the
 * client is told. `npm run bench:quota` runs everything, with the original beside.
 */
function seedsOf({ kind, limit }: Cell): readonly number[] {
  if (limit < 1_000_000) return SEEDS;
  return kind.limitModel === 'sliding-log' || kind.quotaModel ? SEEDS.slice(0, 1) : [];
}

const cells = LIMITS.flatMap((limit) => KINDS.map((kind) => cellOf(kind, limit)))
  .map((cell) => ({ ...cell, seeds: seedsOf(cell) }))
  .filter(({ seeds }) => seeds.length > 0)
  .map((cell) => ({ ...cell, title: `${cell.kind.name}: ${cell.limit.toLocaleString('en')}` }));

describe.each(cells)('$title tokens a minute', ({ seeds, ...cell }) => {
  let proofs: readonly QuotaProof[];

  beforeAll(() => {
    proofs = proveCell(cell, 'rxllm', seeds);
  });

  it('is never answered 429', () => {
    expect(proofs.map(({ refused429 }) => refused429)).toEqual(seeds.map(() => 0));
  });

  it(`uses ${percent(cell.mustTotal)} of 15 minutes, ${percent(cell.mustUse)} in the long run`, () => {
    const totalShares = proofs.map(({ totalShare }) => totalShare);
    const usedShares = proofs.map(({ usedShare }) => usedShare);

    expect(Math.min(...totalShares)).toBeGreaterThanOrEqual(cell.mustTotal);
    expect(Math.min(...usedShares)).toBeGreaterThanOrEqual(cell.mustUse);
  });

  if (cell.kind.quotaModel) return;

  it('charges no more than the limit in any minute, though the provider might let it', () => {
    for (const { largestWindow } of proofs) expect(largestWindow).toBeLessThanOrEqual(1);
  });
});

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
