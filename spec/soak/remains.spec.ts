import { NEVER } from 'rxjs';
import { LLMService, requestsPerMinute } from '../../src/index.js';
import { remainsOf, usedQuotas } from './remains.js';

const service = () =>
  LLMService.of({
    modelName: 'm',
    quotas: [requestsPerMinute(5)],
    maxConcurrentJobs: 1,
    process: () => NEVER,
  });

describe('remainsOf', () => {
  it('finds calls that are in flight and queued, and that the service is not idle', async () => {
    const busy = service();
    const calls = [1, 2, 3].map(() => busy.call(0).subscribe());
    expect(await remainsOf(busy)).toEqual(
      expect.arrayContaining(['2 queued', '1 in flight', 'the service is not idle']),
    );
    for (const call of calls) call.unsubscribe();
    expect((await remainsOf(busy)).join()).not.toMatch(/queued|in flight|idle/);
  });

  it('finds timers', async () => {
    const timer = setTimeout(() => undefined, 60_000);
    expect((await remainsOf(service())).join()).toMatch(/\d Timeout/);
    clearTimeout(timer);
  });
});

describe('usedQuotas', () => {
  it('finds what is still charged', () => {
    const used = service();
    expect(usedQuotas(used)).toEqual([]);
    used.call(0).subscribe().unsubscribe();
    expect(usedQuotas(used)).toEqual(['1 requests charged']);
  });

  it('finds a gate that is not open', async () => {
    const refused = LLMService.of({
      modelName: 'm',
      quotas: [requestsPerMinute(5)],
      retry: { maxAttempts: 1 },
      process: () => Promise.reject(Object.assign(new Error('slow down'), { status: 429 })),
    });
    await expect(refused.callAsync(0)).rejects.toThrow('slow down');
    expect(usedQuotas(refused)).toContain('the gate is closed');
  });
});
