import fc from 'fast-check';
import { failureOf, LLMService as FullService, seededRandom } from '../../src/index.js';
import { LLMService, retries } from '../../src/lite/index.js';
import { aPlan } from './plan.js';
import { type Asked, played, type Player } from './played.js';

function full({ retry, seed, costOf, ...asked }: Asked): Player {
  return FullService.of<number, string>({
    modelName: 'm',
    ...asked,
    ...(costOf && { costOf }),
    ...(retry
      ? { retry: { ...retry, random: seededRandom(seed) } }
      : // What the other has without retries: failures are not even read.
        { retry: { maxAttempts: 1 }, failureOf: () => failureOf(undefined) }),
  });
}

function lite({ retry, seed, costOf, ...asked }: Asked): Player {
  return LLMService.of<number, string>({
    modelName: 'm',
    ...asked,
    ...(costOf && { costOf }),
    ...(retry && { retry: retries({ ...retry, random: seededRandom(seed) }) }),
  });
}

describe('LLMService of rxllm/lite', () => {
  it('does what that of rxllm does, at the same instants, in the same order', () => {
    fc.assert(
      fc.property(aPlan, (plan) => {
        expect(played(plan, lite)).toEqual(played(plan, full));
      }),
      // `RUNS=100000 FAST_CHECK_SEED=7 npx jest spec/lite` draws others, and more.
      { numRuns: Number(process.env['RUNS'] ?? 1_000) },
    );
  });
});
