import { of, timer, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  LLMService,
  rateLimit,
  quota,
  requestsPerMinute,
  TimeBoundedUsageTracker,
} from '../src/index.js';
const run = (fn: any) => new TestScheduler((a, b) => expect(a).toEqual(b)).run(fn);
it('smoke', async () => {
  const s = LLMService.of({ modelName: 'echo-1', process: (q: string) => of('echo ' + q) });
  expect(await s.callAsync('hi')).toBe('echo hi');
  await s.close();
  await expect(s.callAsync('x')).rejects.toThrow('is closed');
});
it('marble', () =>
  run(({ cold, expectObservable }: any) => {
    expectObservable(
      cold('abc|').pipe(
        rateLimit({ quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })] }),
      ),
    ).toBe('ab----(c|)');
    const s = LLMService.of({
      modelName: 'echo-1',
      quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })],
      process: (q: string) => timer(3).pipe(map(() => q)),
    });
    expectObservable(s.call('a')).toBe('---(a|)');
    expectObservable(s.call('b')).toBe('---(b|)');
    expectObservable(s.call('c')).toBe('---------(c|)');
  }));
