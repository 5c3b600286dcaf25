import { lastValueFrom, take } from 'rxjs';
import { UsageTracker } from '../../src/index.js';
import { parseOpenAIResponse } from '../../src/openai/index.js';
import {
  beginStream,
  sendCompletion,
  sendError,
  sendStream,
  USAGE,
} from './support/local-provider.js';
import {
  ASKED,
  piecesOf,
  PROMPT,
  until,
  useLocalProvider,
  usageOf,
} from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('parseOpenAIResponse', () => {
  it('adds a response to what was used so far', () => {
    const first = parseOpenAIResponse({}, { usage: USAGE, cost: 0.5 });
    const second = parseOpenAIResponse(first, { usage: USAGE, cost: 0.25 });

    expect(second).toEqual({ requests: 2, prompt_tokens: 200, response_tokens: 20, cost: 0.75 });
  });

  it('counts a response without usage as a request', () => {
    const counted = { requests: 1, prompt_tokens: 0, response_tokens: 0 };

    expect(parseOpenAIResponse({}, {})).toEqual(counted);
  });
});

describe('usage trackers of OpenAIService', () => {
  const prices = {
    'gpt-4': { inputPerMillion: 30, cachedInputPerMillion: 15, outputPerMillion: 60 },
  };

  it('hear of each answer under the label of its call', async () => {
    const usageTracker = new UsageTracker('report', parseOpenAIResponse);
    const service = serviceWith();
    await service.callAsync({ ...ASKED, usageTracker }, { label: 'summary' });
    await service.callAsync({ ...ASKED, usageTracker }, { label: 'summary' });
    await service.callAsync({ ...ASKED, usageTracker });

    expect(usageTracker.toJSON()).toEqual({
      'gpt-4': {
        summary: { requests: 2, prompt_tokens: 200, response_tokens: 20 },
        default: { requests: 1, prompt_tokens: 100, response_tokens: 10 },
      },
    });
  });

  it('hear of a stream once, with its real usage', async () => {
    provider().answerWith(sendStream('Fi', 'ne.'));
    const usageTracker = new UsageTracker('report', parseOpenAIResponse);
    await piecesOf(serviceWith(), { ...ASKED, usageTracker });

    expect(usageTracker.totals).toEqual({
      'gpt-4': { requests: 1, prompt_tokens: 100, response_tokens: 10 },
    });
  });

  it('hear of a stream that its caller has left, with what was counted', async () => {
    provider().answerWith((response) => {
      beginStream(response, { content: '8 chars.' });
    });
    const heard: unknown[] = [];
    const usageTracker = new UsageTracker('report', (current, response: unknown) => {
      heard.push(response);
      return current;
    });
    const call$ = serviceWith().call({ ...ASKED, usageTracker, stream: true });
    await lastValueFrom(call$.pipe(take(1)));
    await until(() => heard.length > 0);

    const usage = { prompt_tokens: PROMPT, completion_tokens: 2, total_tokens: PROMPT + 2 };
    expect(heard).toEqual([{ usage, estimated: true }]);
  });

  it('and quotas in usd are told the cost where there is a price', async () => {
    const usage = { ...USAGE, prompt_tokens_details: { cached_tokens: 40 } };
    provider().answerWith(sendCompletion({ usage }));
    const usageTracker = new UsageTracker('report', parseOpenAIResponse);
    const service = serviceWith({ prices });
    await service.callAsync({ ...ASKED, usageTracker });

    const usd = (60 * 30 + 40 * 15 + 10 * 60) / 1_000_000;
    expect(usageTracker.totals['gpt-4']?.['cost']).toBeCloseTo(usd, 12);
    expect((await usageOf(service))['usd']).toBeCloseTo(usd, 8);
  });

  it('and quotas are told no cost for a request that was refused', async () => {
    provider().answerWith(sendError(400));
    const service = serviceWith({ prices });
    await expect(service.callAsync(ASKED)).rejects.toThrow();

    expect(await usageOf(service)).toMatchObject({ usd: 0, inputTokens: 0 });
  });
});
