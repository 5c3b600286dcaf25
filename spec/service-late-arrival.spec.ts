import { map, mergeMap, of, throwError, timer } from 'rxjs';
import { LLMService, quota } from '../src/index.js';
import { SimulatedProvider } from '../src/simulator/index.js';
import { VirtualTime } from './support/virtual-time.js';

const WINDOW_MS = 1_000;
const LIMIT = 5;
const FIRST_MS = 700;
const LATER_MS = 3;
const WORK_MS = 100;

/** Calls whose connections are made as the first of them are sent, and are there for all that follow. */
function refusalsOf(reportsProcessing: boolean): number {
  const time = new VirtualTime();
  const provider = new SimulatedProvider({ requestsPerWindow: LIMIT, windowMs: WINDOW_MS });
  const service = LLMService.of({
    modelName: 'm',
    quotas: [quota({ unit: 'requests', limit: LIMIT, windowMs: WINDOW_MS })],
    retry: { maxAttempts: 1 },
    scheduler: time,
    process: (_: number, context) =>
      timer(time.now() < WORK_MS ? FIRST_MS : LATER_MS, time).pipe(
        mergeMap(() => {
          const { kind } = provider.admit({ promptTokens: 1, outputTokens: 1 }, time.now());
          return kind === 'refused' ? throwError(() => new Error('429')) : of(kind);
        }),
        mergeMap((answer) => timer(WORK_MS, time).pipe(map(() => answer))),
        map((answer) => {
          if (reportsProcessing) context.reportProcessing(WORK_MS);
          return answer;
        }),
      ),
  });
  for (let call = 0; call < 6 * LIMIT; call++) service.call(call).subscribe({ error: () => {} });
  time.flush();
  const { refused, admitted } = provider.stats();
  expect(refused.requests + admitted).toBe(6 * LIMIT);
  return refused.requests;
}

describe('requests that come late to the provider', () => {
  it('break no limit where it is told how long it has had them', () => {
    expect(refusalsOf(true)).toBe(0);
  });

  it('do where nobody tells, and no margin covers it', () => {
    expect(refusalsOf(false)).toBeGreaterThan(0);
  });

  it('are charged once, and settled where they count now', () => {
    const time = new VirtualTime();
    const service = LLMService.of({
      modelName: 'm',
      quotas: [quota({ unit: 'tokens', limit: 100, windowMs: WINDOW_MS, marginMs: 50 })],
      scheduler: time,
      costOf: () => ({ tokens: 80 }),
      usageOf: (tokens: number) => ({ tokens }),
      process: (tokens: number, context) =>
        timer(400, time).pipe(
          map(() => {
            context.reportProcessing(100); // it came at 300, 250 later than the margin covers
            return tokens;
          }),
        ),
    });
    service.call(30).subscribe();
    const used = [400, 1_050, 1_299, 1_300].map((at) => {
      time.advanceTo(at);
      return service.toJSON().quotas[0]?.used;
    });

    expect(used).toEqual([30, 30, 30, 0]);
  });

  it.each([-1, NaN, Infinity])('need an amount of ms, not %s', (ms) => {
    let message = '';
    const service = LLMService.of({
      modelName: 'm',
      process: (_: string, context) => {
        context.reportProcessing(ms);
        return of('');
      },
    });
    service.call('').subscribe({ error: (error: unknown) => (message = String(error)) });

    expect(message).toMatch('reportProcessing(ms)');
  });
});
