import { NEVER, Subscription, timer } from 'rxjs';
import { LLMService, quota, sharedQuota } from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';

// Seed 5840 of the simulation: a call that is let out holds less than its estimate as soon as it is learned how long
// answers are. Whoever heard of that, of a service that shares the quota, and cancelled the call was told first that it was cancelled, then that it started.
describe('a call that is cancelled as what it holds is lowered', () => {
  it('is not told to have started after its end', () => {
    const time = new VirtualTime();
    const tokens = quota({ unit: 'tokens', limit: 1_000, windowMs: 1_000, marginMs: 0 });
    const shared = { modelName: 'm', quotas: [sharedQuota(tokens)], scheduler: time };
    const other = LLMService.of<string, number>({ ...shared, process: () => NEVER });
    const service = LLMService.of<string, number>({
      ...shared,
      learnOutput: { atLeast: 1 },
      costOf: () => ({ tokens: 500, outputTokens: 500 }),
      usageOf: () => ({ tokens: 10, outputTokens: 10 }),
      process: (request) => (request === 'first' ? timer(1, time) : NEVER),
    });
    for (let call = 0; call < 50; call++) service.call('first').subscribe();
    time.flush();
    time.advance(1_000);
    const told: string[] = [];
    service.events$.subscribe(({ type }) => told.push(type));
    const calls = new Subscription();
    other.usage$.subscribe(({ tokens }) => {
      if (tokens! > 0 && tokens! < 500) calls.unsubscribe();
    });
    service.pause();
    calls.add(service.call('second').subscribe());
    service.resume();

    expect(told).toEqual(['queued', 'cancelled']);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
  });
});
