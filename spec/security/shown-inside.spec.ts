import { type Observable, Subject } from 'rxjs';
import {
  balance,
  type CallContext,
  fallback,
  hedge,
  InMemoryRateTracker,
  LLMService,
  quota,
  rateLimit,
  shareInFlight,
  TimeBoundedUsageTracker,
  UsageTracker,
} from 'rxllm';
import { VirtualTime } from '../support/virtual-time.js';
import { ANSWER, HIDDEN, leaksIn, PROMPT } from './support/canaries.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

/** A service that is answering two calls, and has some of the answer, while three wait: two of them in a quota. */
function busyService(process: (prompt: string, context: CallContext) => Observable<string>) {
  const scheduler = new VirtualTime();
  const rateTracker = new InMemoryRateTracker({
    quotas: [quota({ unit: 'requests', limit: 2, windowMs: 60_000 })],
    scheduler,
  });
  const service = LLMService.of({ modelName: 'm', rateTracker, scheduler, process });
  const { signal } = new AbortController();
  const listen = { error: () => {} };
  const subscriptions = [
    service.call(PROMPT).subscribe(listen),
    service.callEvents(PROMPT).subscribe(listen),
    service.call(PROMPT, { signal, timeout: 9_000 }).subscribe(listen),
    service.call(PROMPT, { tenant: 'ann', deadline: 100_000 }).subscribe(listen),
  ];
  const promise = service.callAsync(PROMPT);
  promise.catch(() => {});
  return { service, rateTracker, signal, subscriptions, promise };
}

/**
 * A subscription to a call held the call as one of its teardowns, and the call its neighbours in the queue: so
 * `console.log(subscription)` printed a prompt, and one level deeper the prompts of other tenants.
 */
describe('what a program prints of a service that works', () => {
  const answers$ = new Subject<string>();
  const contexts: CallContext[] = [];
  const { service, rateTracker, signal, subscriptions, promise } = busyService((_, context) => {
    contexts.push(context);
    return answers$;
  });
  answers$.next(ANSWER);

  it.each<[string, unknown]>([
    ['the service', service],
    ['its state', service.toJSON()],
    ['its streams', [service.events$, service.state$, service.usage$, service.canProcess$]],
    ['its tracker', rateTracker],
    ['a call that nobody has made', [service.call(PROMPT), service.callEvents(PROMPT)]],
    ['a call in flight', subscriptions[0]],
    ['the life of a call', subscriptions[1]],
    ['a call that waits, with a signal', subscriptions[2]],
    ['a call that waits, with neighbours', subscriptions[3]],
    ['a promise of an answer', promise],
    ['the signal of a call', signal],
    ['the context of a call', contexts[0]],
    ['the signal of a context', contexts[0]?.signal],
    ['what answers the calls', answers$],
  ])('holds no prompt and no answer: %s', (_what, thing) => {
    expect(contexts).toHaveLength(2);
    expect(leaksIn(thing)).toEqual([]);
  });

  it('holds none in what several services made into one print', () => {
    const shared = shareInFlight(service, { keyOf: (prompt) => prompt });
    const all = [shared, fallback([service, shared]), balance([service, shared]), hedge(service, { delayMs: 5 })]; // prettier-ignore
    const calls = all.map((one) => one.call(PROMPT).subscribe({ error: () => {} }));

    expect(all.map((one) => one.name).join()).toContain('LLMService-m');
    expect(leaksIn([all, calls])).toEqual([]);
    for (const call of calls) call.unsubscribe();
  });

  it('holds none in what the operator prints', () => {
    const prompts$ = new Subject<string>();
    const limited$ = prompts$.pipe(
      rateLimit({ quotas: [quota({ unit: 'requests', limit: 1, windowMs: 10 })], scheduler: new VirtualTime() }), // prettier-ignore
    );
    const subscription = limited$.subscribe();
    for (let n = 0; n < 3; n++) prompts$.next(PROMPT);

    expect(leaksIn([prompts$, limited$, subscription])).toEqual([]);
    subscription.unsubscribe();
  });

  it('holds only labels and amounts in what trackers print', () => {
    const usage = new UsageTracker('label', (_, answer: string) => ({ characters: answer.length }));
    usage.updateFromModel({ model: 'm', response: ANSWER });
    const total = new TimeBoundedUsageTracker({ windowMs: 10, scheduler: new VirtualTime() });
    total.add(ANSWER.length);

    expect(leaksIn([usage, usage.totals, total, rateTracker.quotas], HIDDEN)).toEqual([]);
  });

  it('tells of a call which one it is', () => {
    const [first] = (subscriptions[0] as unknown as { _finalizers: unknown[] })._finalizers;

    expect(JSON.parse(JSON.stringify(first))).toEqual({ callId: 1, priority: 0, attempt: 1 });
  });
});
