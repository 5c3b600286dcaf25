import { once } from 'node:events';
import { APIConnectionError, NotFoundError } from 'openai';
import { firstValueFrom } from 'rxjs';
import {
  InMemoryRateTracker,
  QuotaExceededError,
  requestsPerMinute,
  TimeBoundedUsageTracker,
  tokensPerMinute,
  UsageTracker,
} from '../../src/index.js';
import { OpenAIService, parseOpenAIResponse } from '../../src/openai/index.js';
import { beginStream, sendCompletion, sendError, sendStream } from './support/local-provider.js';
import {
  ASKED,
  piecesOf,
  PROMPT,
  until,
  useLocalProvider,
  usageOf,
} from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('usage of OpenAIService over quotas', () => {
  it('is what was reserved while the call runs: the prompt and a bound for the answer', async () => {
    const answering = provider().nextAnswer();
    const service = serviceWith();
    const answered = service.callAsync({ ...ASKED, max_completion_tokens: 50, n: 2 });
    const answer = await answering;

    expect(await usageOf(service)).toMatchObject({
      tokens: PROMPT + 100,
      inputTokens: PROMPT,
      outputTokens: 100,
    });
    sendCompletion({})(answer);
    await answered;
  });

  it('is settled to what the provider says', async () => {
    const service = serviceWith();
    await service.callAsync(ASKED);

    expect(await usageOf(service)).toMatchObject({
      tokens: 110,
      inputTokens: 100,
      outputTokens: 10,
    });
  });

  it('is settled to the last word of a stream', async () => {
    provider().answerWith(sendStream('Fi', 'ne.'));
    const service = serviceWith();
    await piecesOf(service);

    expect(await usageOf(service)).toMatchObject({ inputTokens: 100, outputTokens: 10 });
  });

  it.each([
    ['null', null],
    ['nonsense', { prompt_tokens: 'many' }],
  ])('is settled to prompt and text where the provider’s is %s', async (_, usage) => {
    provider().answerWith(sendCompletion({ usage }));
    const service = serviceWith();
    await service.callAsync(ASKED);

    expect(await usageOf(service)).toMatchObject({ inputTokens: PROMPT, outputTokens: 2 });
  });

  it('is settled to prompt and text so far when the caller leaves a stream', async () => {
    const answering = provider().nextAnswer();
    const service = serviceWith();
    const first = firstValueFrom(service.call({ ...ASKED, stream: true }));
    const answer = await answering;
    beginStream(answer, { content: '8 chars.' });
    const closed = once(answer, 'close');

    expect(await first).toBe('8 chars.');
    expect(await usageOf(service)).toMatchObject({ tokens: PROMPT + 2, outputTokens: 2 });
    await closed;
  });

  it('is settled to prompt and text so far when a stream breaks', async () => {
    const service = serviceWith();

    expect(await brokenStream(service)).toMatchObject({ message: 'terminated' });
    expect(await usageOf(service)).toMatchObject({ tokens: PROMPT + 4, outputTokens: 4 });
  });

  it('gives back the tokens of a request that was refused, and keeps the request', async () => {
    provider().answerWith(sendError(400));
    const service = serviceWith();
    await expect(service.callAsync(ASKED)).rejects.toThrow();

    expect(await usageOf(service)).toMatchObject({ tokens: 0, outputTokens: 0 });
  });

  it('keeps the estimate of a request that failed, as the provider may have counted it', async () => {
    provider().answerWith(sendError(500));
    const service = serviceWith({ retry: { maxAttempts: 1 } });
    await expect(service.callAsync(ASKED)).rejects.toThrow();
    provider().answerWith((response) => response.destroy());
    await expect(service.callAsync(ASKED)).rejects.toBeInstanceOf(APIConnectionError);

    expect(await usageOf(service)).toMatchObject({ tokens: 2 * (PROMPT + 1_024) });
  });

  it('reserves at most a tenth of a limit where nobody bounds the answer', async () => {
    const answering = provider().nextAnswer();
    const service = serviceWith({ quotas: [tokensPerMinute(1_000), requestsPerMinute(9)] });
    const answered = service.callAsync(ASKED);
    const answer = await answering;

    expect(await usageOf(service)).toEqual({ tokens: PROMPT + 100, requests: 1 });
    sendCompletion({})(answer);
    await answered;
  });

  it('refuses at once what is bounded above a whole limit', async () => {
    const service = serviceWith({ quotas: [tokensPerMinute(1_000)], maxOutputTokens: 1_000 });

    await expect(service.callAsync(ASKED)).rejects.toBeInstanceOf(QuotaExceededError);
    expect(provider().bodies).toEqual([]);
  });

  it('counts prompts as it is told to', async () => {
    const countTokens = jest.fn(() => 77);
    provider().answerWith(sendCompletion({ usage: null }));
    const service = serviceWith({ countTokens });
    await service.callAsync(ASKED);

    expect(await usageOf(service)).toMatchObject({ inputTokens: 77 });
    expect(countTokens.mock.calls).toEqual([[ASKED.messages, 'gpt-4']]);
  });

  it('is shared through a store', async () => {
    const rateTracker = new InMemoryRateTracker({ quotas: [tokensPerMinute(10_000)] });
    const one = serviceWith({ rateTracker });
    const other = serviceWith({ rateTracker, serviceTag: '-b' });
    await Promise.all([one.callAsync(ASKED), other.callAsync(ASKED)]);

    expect(await usageOf(one)).toEqual({ tokens: 220 });
    rateTracker.close();
  });
});

describe('usage of OpenAIService over rateLimit and rateTracker', () => {
  it('keeps prompts as counted, also of calls that fail, and adds answers (cases 10 and 11)', async () => {
    const rateTracker = new TimeBoundedUsageTracker();
    const usageTracker = new UsageTracker('case', parseOpenAIResponse);
    const service = serviceWith({ rateTracker });
    const request = { messages: [], usageTracker };

    expect(await service.callAsync(request)).toBe('Fine.');
    expect(rateTracker.total).toBe(13);
    provider().answerWith(sendError(404));
    await expect(service.callAsync(request)).rejects.toBeInstanceOf(NotFoundError);
    expect(rateTracker.total).toBe(16);
    expect(usageTracker.toJSON()).toEqual({
      'gpt-4': { default: { requests: 1, prompt_tokens: 100, response_tokens: 10 } },
    });
  });

  it('adds the text so far of a stream that breaks', async () => {
    const rateTracker = new TimeBoundedUsageTracker();
    await brokenStream(serviceWith({ rateTracker }));

    expect(rateTracker.total).toBe(PROMPT + 4);
  });

  it('is bounded by 1,000 tokens where nobody says a limit', () => {
    const options = { client: provider().client, modelName: 'gpt-4' };

    expect(new OpenAIService(options).rateLimit).toBe(1_000);
    expect(new OpenAIService({ ...options, quotas: [] }).rateLimit).toBeUndefined();
  });
});

/** The error of a stream that loses its connection after two pieces, which are 4 tokens. */
async function brokenStream(service: OpenAIService): Promise<unknown> {
  const answering = provider().nextAnswer();
  const pieces: string[] = [];
  const broken = new Promise((resolve) => {
    service
      .call({ ...ASKED, stream: true })
      .subscribe({ next: (piece) => pieces.push(piece), error: resolve });
  });
  const answer = await answering;
  beginStream(answer, { content: '8 chars.' }, { content: '8 more..' });
  await until(() => pieces.length === 2);
  answer.destroy();
  return broken;
}
