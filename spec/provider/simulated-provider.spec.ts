import fc from 'fast-check';
import { InvalidOptionError } from '../../src/errors.js';
import {
  type AdmittedRequest,
  FAULTS,
  type RefusedRequest,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../../src/provider/index.js';

const request = { promptTokens: 60, outputTokens: 40, model: 'gpt-4o' };

function admitted(provider: SimulatedProvider, given = request, now = 0): AdmittedRequest {
  const admission = provider.admit(given, now);
  if (admission.kind === 'refused') throw new Error('refused');
  return admission;
}

function refused(provider: SimulatedProvider, given = request, now = 0): RefusedRequest {
  const admission = provider.admit(given, now);
  if (admission.kind === 'admitted') throw new Error('admitted');
  return admission;
}

describe('SimulatedProvider', () => {
  it('admits while requests are left and refuses the next with the time to wait', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 2, windowMs: 1_000 });
    admitted(provider, request, 0);
    admitted(provider, request, 100);

    expect(refused(provider, request, 300).retryAfterMs).toBe(700);
    expect(provider.admit(request, 999).kind).toBe('refused');
    expect(provider.admit(request, 1_000).kind).toBe('admitted');
  });

  it.each([
    ['real', 100],
    ['prompt+max', 60 + 30],
    ['max', 60],
  ] as const)('charges %s: %i tokens', (charge, tokens) => {
    const provider = new SimulatedProvider({ tokensPerWindow: 1_000, charge });
    const { headers } = admitted(provider, { ...request, maxTokens: 30 } as typeof request);

    expect(headers['x-ratelimit-remaining-tokens']).toBe(String(1_000 - tokens));
    expect(provider.stats().chargedTokens).toBe(tokens);
  });

  it('charges max_tokens where it is larger than the prompt, and 16 where it is missing', () => {
    const charged = (charge: 'max' | 'prompt+max', maxTokens?: number) => {
      const provider = new SimulatedProvider({ tokensPerWindow: 1_000, charge });
      admitted(provider, { ...request, ...(maxTokens && { maxTokens }) });
      return provider.stats().chargedTokens;
    };

    expect(charged('max', 500)).toBe(500);
    expect(charged('max')).toBe(60);
    expect(charged('prompt+max')).toBe(76);
  });

  it('sends the headers of OpenAI', () => {
    const provider = new SimulatedProvider({
      requestsPerWindow: 5_000,
      tokensPerWindow: 160_000,
      limitModel: 'token-bucket',
      latency: { baseMs: 100, perTokenMs: 2, jitter: 0 },
    });
    const { headers, id } = admitted(provider, { ...request, promptTokens: 26, outputTokens: 0 });

    // The numbers of the recorded sample openai-chat-12ms-9ms.
    expect(headers).toEqual({
      'openai-organization': 'org-simulator',
      'openai-processing-ms': '100',
      'openai-version': '2020-10-01',
      'x-request-id': `req_${id}`,
      'x-ratelimit-limit-requests': '5000',
      'x-ratelimit-limit-tokens': '160000',
      'x-ratelimit-remaining-requests': '4999',
      'x-ratelimit-remaining-tokens': '159974',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-reset-tokens': '9ms',
    });
  });

  it('sends no rate-limit headers where nothing is limited', () => {
    const { headers } = admitted(new SimulatedProvider());

    expect(Object.keys(headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('words a 429 exactly as the recorded one', () => {
    const provider = new SimulatedProvider({ tokensPerWindow: 30_000, limitModel: 'token-bucket' });
    admitted(provider, { ...request, promptTokens: 25_339, outputTokens: 0 });
    const { status, headers, body } = refused(provider, {
      ...request,
      promptTokens: 5_560,
      outputTokens: 0,
    });

    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'retry-after': '2', 'retry-after-ms': '1798' });
    expect(body).toEqual({
      error: {
        message:
          'Rate limit reached for gpt-4o in organization org-simulator on tokens per min (TPM): ' +
          'Limit 30000, Used 25339, Requested 5560. Please try again in 1.798s. ' +
          'Visit https://platform.openai.com/account/rate-limits to learn more.',
        type: 'tokens',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
  });

  it.each([
    [60_000, 'requests per min (RPM): Limit 1, Used 1, Requested 1.'],
    [86_400_000, 'requests per day (RPD): Limit 1, Used 1, Requested 1.'],
    [2_000, 'requests per 2s: Limit 1, Used 1, Requested 1.'],
  ])('names a window of %i ms', (windowMs, words) => {
    const provider = new SimulatedProvider({ requestsPerWindow: 1, windowMs });
    admitted(provider);

    expect(refused(provider).body.error.message).toContain(words);
  });

  it('says of a request larger than the limit that it never fits, and not when to come again', () => {
    const provider = new SimulatedProvider({ tokensPerWindow: 99 });
    const { status, headers, body, retryAfterMs } = refused(provider);

    expect(status).toBe(429);
    expect(retryAfterMs).toBeUndefined();
    expect(headers).not.toHaveProperty('retry-after');
    expect(body.error.message).toMatch(
      /^Request too large for gpt-4o .* Limit 99, Requested 100\./,
    );
    expect(provider.stats()).toMatchObject({ limitsBroken: 0, refused: { tooLarge: 1 } });
  });

  it('names the limit that makes the request wait longest', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 2, tokensPerWindow: 150 });
    admitted(provider, { ...request, promptTokens: 1, outputTokens: 0 }, 0);
    admitted(provider, request, 10_000);

    expect(refused(provider, request, 20_000).body.error.type).toBe('tokens');
    expect(provider.stats().refused).toMatchObject({ requests: 0, tokens: 1 });
  });

  it('charges a refused request to none of its limits', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 10, tokensPerWindow: 150 });
    admitted(provider);
    const { headers } = refused(provider);

    expect(headers['x-ratelimit-remaining-requests']).toBe('9');
    expect(headers['x-ratelimit-remaining-tokens']).toBe('50');
  });

  it('corrects a real charge to what came of the answer', () => {
    const provider = new SimulatedProvider({ tokensPerWindow: 100 });
    provider.settle(admitted(provider), 'aborted', 10, 5);

    expect(provider.stats()).toMatchObject({ chargedTokens: 70, completionTokens: 10, aborted: 1 });
    expect(provider.admit({ ...request, promptTokens: 30, outputTokens: 0 }, 5).kind).toBe(
      'admitted',
    );
  });

  it('leaves an estimated charge as it was', () => {
    const provider = new SimulatedProvider({ tokensPerWindow: 100, charge: 'prompt+max' });
    provider.settle(admitted(provider), 'aborted', 0, 5);

    expect(provider.stats().chargedTokens).toBe(76);
  });

  it('settles a request once', () => {
    const provider = new SimulatedProvider();
    const first = admitted(provider);
    provider.settle(first, 'answered', 40, 5);
    provider.settle(first, 'aborted', 0, 6);

    expect(provider.stats()).toMatchObject({
      answered: 1,
      aborted: 0,
      completionTokens: 40,
      inFlight: 0,
    });
  });

  it('counts what is in flight and the most there was', () => {
    const provider = new SimulatedProvider();
    const two = [admitted(provider), admitted(provider)];
    two.forEach((one) => provider.settle(one, 'answered', 40, 5));
    admitted(provider);

    expect(provider.stats()).toMatchObject({ inFlight: 1, maxInFlight: 2 });
  });

  it('tells the share of each limit that was used at most and over time', () => {
    const provider = new SimulatedProvider({
      requestsPerWindow: 4,
      tokensPerWindow: 1_000,
      windowMs: 1_000,
    });
    admitted(provider, request, 0);
    expect(provider.stats().quotaUsedShare).toEqual({ requests: 0.25, tokens: 0.1 });
    [500, 1_999, 2_000].forEach((now) => admitted(provider, request, now));

    expect(provider.stats().windows).toEqual({ requests: 0.5, tokens: expect.closeTo(0.2, 9) });
    expect(provider.stats().quotaUsedShare).toEqual({ requests: 0.5, tokens: 0.2 });
  });

  it('counts from zero after a reset and keeps limits and what is in flight', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 1 });
    admitted(provider);
    provider.resetStats();

    expect(provider.stats()).toMatchObject({ requests: 0, admitted: 0, inFlight: 1 });
    expect(provider.admit(request, 0).kind).toBe('refused');
  });

  it('decides the same for the same seed, and otherwise for another', () => {
    const options = { faults: { slow: 0.3, rate429: 0.3 }, networkMs: [1, 9] as const };
    const run = (seed: number) => {
      const provider = new SimulatedProvider({ ...options, seed });
      return Array.from({ length: 30 }, () => [provider.networkMs(), provider.admit(request, 0)]);
    };

    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('gives a request the same luck whether or not an earlier one was refused', () => {
    const faults = { slow: 0.5 };
    const unlimited = new SimulatedProvider({ faults });
    const limited = new SimulatedProvider({ faults, requestsPerWindow: 1 });
    const luck = (provider: SimulatedProvider) =>
      [0, 10, 60_000].map((now) => provider.admit(request, now)).at(-1);
    const [one, other] = [luck(unlimited), luck(limited)] as [AdmittedRequest, AdmittedRequest];

    expect([one.fault, one.pace]).toEqual([other.fault, other.pace]);
  });

  it.each(FAULTS)('injects %s with a chance of 1 and counts it', (fault) => {
    const provider = new SimulatedProvider({ faults: { [fault]: 1 } });
    provider.admit(request, 0);

    expect(provider.stats().faults[fault]).toBe(1);
    expect(provider.stats().limitsBroken).toBe(0);
  });

  it('injects each fault as often as its chance says', () => {
    const faults = { rate429: 0.1, hang: 0.3, slow: 0.3 };
    const provider = new SimulatedProvider({ faults });
    for (let i = 0; i < 10_000; i++) provider.admit(request, i);
    const count = provider.stats().faults;
    const share = (fault: keyof typeof faults) => count[fault] / 10_000;

    expect(share('rate429')).toBeCloseTo(0.1, 1);
    expect(share('hang')).toBeCloseTo(0.3, 1);
    expect(share('slow')).toBeCloseTo(0.3, 1);
    expect(count.status500).toBe(0);
  });

  it.each([
    ['rate429', 429, 1_000],
    ['bare429', 429, undefined],
    ['overloaded529', 529, undefined],
  ] as const)('answers %s with %i and charges nothing', (fault, status, retryAfterMs) => {
    const provider = new SimulatedProvider({ tokensPerWindow: 1_000, faults: { [fault]: 1 } });
    const answer = refused(provider);

    expect(answer.status).toBe(status);
    expect(answer.retryAfterMs).toBe(retryAfterMs);
    expect(Object.keys(answer.headers).some((name) => name.startsWith('x-ratelimit'))).toBe(
      fault === 'rate429',
    );
    expect(provider.stats()).toMatchObject({ chargedTokens: 0, admitted: 0 });
  });

  it('charges the prompt alone for a request that fails with 500', () => {
    const provider = new SimulatedProvider({ tokensPerWindow: 1_000, faults: { status500: 1 } });

    expect(admitted(provider).headers['x-ratelimit-remaining-tokens']).toBe('940');
  });

  it('makes a slow answer slower by its factor', () => {
    const latency = { baseMs: 10, perTokenMs: 2, jitter: 0, slowFactor: 3 };

    expect(admitted(new SimulatedProvider({ latency })).pace).toEqual({
      firstTokenMs: 10,
      perTokenMs: 2,
    });
    expect(admitted(new SimulatedProvider({ latency, faults: { slow: 1 } })).pace).toEqual({
      firstTokenMs: 30,
      perTokenMs: 6,
    });
  });

  it('varies latency within its jitter', () => {
    const provider = new SimulatedProvider({ latency: { baseMs: 100, jitter: 0.2 } });
    const times = Array.from({ length: 200 }, () => admitted(provider).pace.firstTokenMs);

    const [least, most] = [Math.min(...times), Math.max(...times)];
    expect([least >= 80, least < 85, most > 115, most < 120]).toEqual([true, true, true, true]);
  });

  it('never charges more than its limits in any window, whatever is asked and settled', () => {
    const step = fc.record({
      gap: fc.nat(400),
      promptTokens: fc.integer({ min: 1, max: 50 }),
      outputTokens: fc.nat(50),
      came: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const options = { requestsPerWindow: 5, tokensPerWindow: 200, windowMs: 1_000 };
        const provider = new SimulatedProvider(options);
        const log: { at: number; tokens: number }[] = [];
        let now = 0;
        for (const { gap, came, ...size } of steps) {
          now += gap;
          const admission = provider.admit(size, now);
          if (admission.kind === 'refused') continue;
          const output = Math.floor(size.outputTokens * came);
          provider.settle(admission, 'aborted', output, now);
          log.push({ at: now, tokens: size.promptTokens + output });
        }
        for (const { at } of log) {
          const window = log.filter((entry) => entry.at > at - 1_000 && entry.at <= at);
          expect(window.length).toBeLessThanOrEqual(5);
          expect(window.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(200);
        }
        const { requests, refused, admitted } = provider.stats();
        expect(requests).toBe(
          admitted + refused.requests + refused.tokens + refused.tooLarge + refused.injected,
        );
      }),
    );
  });

  it.each([
    [{ tokensPerWindow: -5 }, 'rxllm: option tokensPerWindow is -5; allowed: a number > 0'],
    [{ requestsPerWindow: 0.5 }, 'rxllm: option requestsPerWindow is 0.5; allowed: a number >= 1'],
    [{ windowMs: NaN }, 'rxllm: option windowMs is NaN; allowed: a number > 0'],
    [
      { limitModel: 'leaky' },
      "rxllm: option limitModel is 'leaky'; allowed: sliding-log, token-bucket, fixed-window",
    ],
    [{ charge: '' }, 'rxllm: option charge is empty; allowed: real, prompt+max, max'],
    [{ faults: { hang: 2 } }, 'rxllm: option faults.hang is 2; allowed: a number from 0 to 1'],
    [
      { faults: { hang: 0.6, slow: 0.6 } },
      'rxllm: option faults is 1.200 together; allowed: at most 1',
    ],
    [{ latency: null }, 'rxllm: option latency is null; allowed: an object'],
    [
      { latency: { speed: 1 } },
      'rxllm: option latency.speed is not known; allowed: baseMs, perTokenMs, jitter, slowFactor',
    ],
    [
      { networkMs: [9, 1] },
      'rxllm: option networkMs is of type array; allowed: milliseconds from 0 to 86400000, or [least, most]',
    ],
    [{ seed: 1.5 }, /^rxllm: option seed is 1\.5; allowed: a whole number/],
    [{ port: 1 }, /^rxllm: option port is not known; allowed: requestsPerWindow, /],
    [{ toString: 1 }, /^rxllm: option toString is not known/],
  ])('refuses %j with a clear error', (options, message) => {
    const make = () => new SimulatedProvider(options as SimulatedProviderOptions);

    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(message);
  });

  it('takes chances that are 1 together but for rounding', () => {
    const tenth = Object.fromEntries(FAULTS.slice(0, 5).map((fault) => [fault, 0.1]));

    expect(
      () => new SimulatedProvider({ faults: { ...tenth, hang: 0.3, slow: 0.3 } }),
    ).not.toThrow();
  });
});
