import { BehaviorSubject } from 'rxjs';
import {
  inputTokensPerMinute,
  outputTokensPerMinute,
  quota,
  requestsPerDay,
  requestsPerMinute,
  tokensPerMinute,
  usdPerDay,
} from '../../src/index.js';

describe('quota', () => {
  it('is what was given, frozen', () => {
    const options = { unit: 'images', limit: 50, windowMs: 3_600_000, marginMs: 0 };
    const made = quota(options);

    expect(made).toEqual(options);
    expect(Object.isFrozen(made)).toBe(true);
    expect(Object.isFrozen(options)).toBe(false);
  });

  it.each([
    ['requests', requestsPerMinute],
    ['tokens', tokensPerMinute],
    ['inputTokens', inputTokensPerMinute],
    ['outputTokens', outputTokensPerMinute],
  ])('of %s per minute has a window of a minute', (unit, perMinute) => {
    expect(perMinute(500)).toEqual({ unit, limit: 500, windowMs: 60_000 });
  });

  it.each([
    ['requests', requestsPerDay],
    ['usd', usdPerDay],
  ])('of %s per day has a window of a day', (unit, perDay) => {
    expect(perDay(500)).toEqual({ unit, limit: 500, windowMs: 86_400_000 });
  });

  it('keeps a limit that changes as it is', () => {
    const limit$ = new BehaviorSubject(5);

    expect(requestsPerMinute(limit$).limit).toBe(limit$);
  });

  it.each([requestsPerMinute, tokensPerMinute, inputTokensPerMinute, outputTokensPerMinute])(
    'per minute names a limit that is not allowed',
    (perMinute) => {
      expect(() => perMinute(0)).toThrow(
        'rxllm: option limit is 0; allowed: a finite number above 0',
      );
    },
  );
});
