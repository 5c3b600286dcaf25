import { once } from 'node:events';
import { NotFoundError } from 'openai';
import { lastValueFrom, toArray } from 'rxjs';
import { UsageTracker } from '../../src/index.js';
import { OpenAIService, parseOpenAIResponse } from '../../src/openai/index.js';
import { beginStream, endStream, sendError } from './support/local-provider.js';
import { ASKED, until, useLocalProvider } from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('OpenAIService', () => {
  it('answers with the text of the message, once', async () => {
    const texts = await lastValueFrom(serviceWith().call(ASKED).pipe(toArray()));

    expect(texts).toEqual(['Fine.']);
  });

  it('sends the request for its model, without what is not the provider’s', async () => {
    const usageTracker = new UsageTracker('label', parseOpenAIResponse);

    await serviceWith().callAsync({ ...ASKED, temperature: 0, usageTracker });

    expect(provider().bodies).toEqual([{ ...ASKED, temperature: 0, model: 'gpt-4' }]);
  });

  it('gives each piece of a stream as it comes', async () => {
    const answering = provider().nextAnswer();
    const seen: string[] = [];
    const ended = new Promise<void>((resolve) => {
      serviceWith()
        .call({ ...ASKED, stream: true })
        .subscribe({ next: (piece) => seen.push(piece), complete: resolve });
    });
    const answer = await answering;
    beginStream(answer, { content: 'Fi' });
    await until(() => seen.length === 1);
    endStream(answer, 'ne.');
    await ended;

    expect(seen).toEqual(['Fi', 'ne.']);
    expect(provider().bodies).toMatchObject([
      { stream: true, stream_options: { include_usage: true } },
    ]);
  });

  it('resolves callAsync to the whole text, also where a stream is asked for', async () => {
    const request = { ...ASKED, stream: true, stream_options: { include_usage: true } };

    expect(await serviceWith().callAsync(request)).toBe('Fine.');
    expect(provider().bodies).toEqual([{ ...ASKED, model: 'gpt-4' }]);
  });

  it.each([429, 500])(
    'passes an error %i on at once: the client does not retry',
    async (status) => {
      provider().answerWith(sendError(status));

      const service = serviceWith({ retry: { maxAttempts: 1 } });
      await expect(service.callAsync(ASKED)).rejects.toMatchObject({ status });
      expect(provider().bodies).toHaveLength(1);
    },
  );

  it('hands its caller the very error of the client', async () => {
    provider().answerWith(sendError(404));

    await expect(serviceWith().callAsync(ASKED)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('closes the connection when its caller leaves before the answer', async () => {
    const answering = provider().nextAnswer();
    const subscription = serviceWith().call(ASKED).subscribe();
    const answer = await answering;
    subscription.unsubscribe();

    await once(answer, 'close');
  });

  it('is named after its class, and a subclass after its own', () => {
    class Mine extends OpenAIService {}
    const options = { client: provider().client, modelName: 'gpt-4o', serviceTag: 'east' };

    expect(new OpenAIService(options).name).toBe('OpenAIService-gpt-4oeast');
    expect(new Mine(options).name).toBe('Mine-gpt-4oeast');
  });
});
