import type { Accounting } from './accounting.js';
import { proveQuota, type QuotaTrial } from './prove-quota.js';

const SEEDS = [1, 2];

const neverSettled: Accounting = {
  costOf: ({ promptTokens, maxTokens }) => ({ tokens: promptTokens + maxTokens }),
  usageOf: () => undefined,
};
const meanReserved: Accounting = {
  costOf: ({ promptTokens }) => ({ tokens: promptTokens + 200 }),
  usageOf: ({ request, outputTokens }) => ({ tokens: request.promptTokens + outputTokens }),
};

function prove(trial: Partial<QuotaTrial>) {
  const base = { limitModel: 'sliding-log', charge: 'real', limit: 200_000 } as const;
  return SEEDS.map((seed) => proveQuota({ ...base, policy: 'rxllm', seed, ...trial }));
}

describe('the proof has teeth', () => {
  it.each(['prompt+max', 'max'] as const)('shows 429s where %s has no margin', (charge) => {
    for (const { refused429 } of prove({ charge, marginMs: 0 })) {
      expect(refused429).toBeGreaterThan(0);
    }
  });

  it('shows 429s where no more than the mean of an answer is reserved', () => {
    for (const { refused429 } of prove({ accounting: meanReserved })) {
      expect(refused429).toBeGreaterThan(0);
    }
  });

  it('shows a low share where nothing is settled', () => {
    for (const { usedShare, totalShare } of prove({ accounting: neverSettled })) {
      expect(usedShare).toBeLessThan(0.7);
      expect(totalShare).toBeLessThan(0.7);
    }
  });

  it('shows a lower share with a longer margin', () => {
    const [usual, long] = [prove({}), prove({ marginMs: 2000 })];

    for (const [index, { usedShare }] of long.entries()) {
      expect(usual[index]!.usedShare - usedShare).toBeGreaterThan(0.02);
    }
  });

  it.each(['sliding-log', 'token-bucket', 'fixed-window'] as const)(
    'shows both with the original: %s',
    (limitModel) => {
      for (const proof of prove({ limitModel, policy: 'original' })) {
        expect(proof.refused429).toBeGreaterThan(10);
        expect(proof.usedShare).toBeLessThan(0.92);
        expect(proof.totalShare).toBeLessThan(0.92);
      }
    },
  );

  it('shows that a minute holds more than the limit where a provider lets it', () => {
    for (const { largestWindow } of prove({ limitModel: 'token-bucket', policy: 'original' })) {
      expect(largestWindow).toBeGreaterThan(1);
    }
  });
});
