import { MEAN_REAL_TOKENS, workload } from './workload.js';

const COUNT = 50_000;

describe('workload', () => {
  const next = workload(1);
  const requests = Array.from({ length: COUNT }, next);
  const prompts = requests.map(({ promptTokens }) => promptTokens);
  const outputs = requests.map(({ outputTokens }) => outputTokens);

  it('has prompts of 200 to 3,000 tokens, each as likely', () => {
    expect([least(prompts), most(prompts)]).toEqual([200, 3000]);
    expect(Math.abs(mean(prompts) - 1600)).toBeLessThan(15);
  });

  it('has answers of at most max_tokens, about 200 in the mean', () => {
    expect([least(outputs), most(outputs)]).toEqual([1, 1024]);
    expect(Math.abs(mean(outputs) - 199)).toBeLessThan(3);
    expect(new Set(requests.map(({ maxTokens }) => maxTokens))).toEqual(new Set([1024]));
    expect(Math.abs(mean(prompts) + mean(outputs) - MEAN_REAL_TOKENS)).toBeLessThan(15);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(workload(1)()).toEqual(requests[0]);
    expect(workload(2)()).not.toEqual(requests[0]);
  });
});

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other));
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.max(one, other));
}
