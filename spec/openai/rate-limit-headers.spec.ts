import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { sendCompletion, sendError } from './support/local-provider.js';
import { ASKED, useLocalProvider } from './support/local-service.js';

const { provider, serviceWith } = useLocalProvider();

describe('headers$ of OpenAIService', () => {
  const sent = {
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-requests': '6m0s',
    'x-request-id': 'req-1',
  };
  const secret = { 'set-cookie': 'session=1', 'openai-organization': 'org-1' };

  it('replays what the last answer said of limits, and nothing else', async () => {
    provider().answerWith(sendCompletion({ headers: { ...sent, ...secret } }));
    const service = serviceWith();
    await service.callAsync(ASKED);

    expect(await firstValueFrom(service.headers$)).toEqual(sent);
  });

  it('hears of a refusal too', async () => {
    provider().answerWith(sendError(429, { ...sent, 'retry-after-ms': '300', ...secret }));
    const service = serviceWith();
    await expect(service.callAsync(ASKED)).rejects.toThrow();

    expect(await firstValueFrom(service.headers$)).toEqual({ ...sent, 'retry-after-ms': '300' });
  });

  it('completes when the service has closed', async () => {
    const service = serviceWith();
    const seen = lastValueFrom(service.headers$.pipe(toArray()));
    await service.callAsync(ASKED);
    await service.close();

    expect(await seen).toHaveLength(1);
  });
});
