// What must be inferred of `LLMService`, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { BehaviorSubject, type Observable, of } from 'rxjs';
import {
  type CallContext,
  type CloseOptions,
  LLMService,
  type LLMServiceOptions,
  quota,
  requestsPerMinute,
  type ServiceEvent,
  type ServiceState,
  TimeBoundedUsageTracker,
  type Usage,
} from '../../src/index.js';

interface Answer {
  readonly text: string;
  readonly tokens: number;
}

const modelName = 'm';

// `of` infers the request from the parameter of `process`, the response from what it returns

const observable = LLMService.of({ modelName, process: (prompt: string) => of(prompt.length) });
expectTypeOf(observable).toEqualTypeOf<LLMService<string, number>>();

const promise = LLMService.of({
  modelName,
  process: async (prompt: string): Promise<Answer> => ({ text: prompt, tokens: 1 }),
});
expectTypeOf(promise).toEqualTypeOf<LLMService<string, Answer>>();

const stream = LLMService.of({
  modelName,
  process: async function* (prompt: string, context) {
    expectTypeOf(context).toEqualTypeOf<CallContext>();
    yield prompt.length;
  },
});
expectTypeOf(stream).toEqualTypeOf<LLMService<string, number>>();

const settled = LLMService.of({
  modelName,
  process: (request: { prompt: string }, { signal }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    return of({ text: request.prompt, tokens: 1 });
  },
  costOf: (request) => {
    expectTypeOf(request).toEqualTypeOf<{ prompt: string }>();
    return { tokens: request.prompt.length };
  },
  usageOf: (response) => {
    expectTypeOf(response).toEqualTypeOf<{ text: string; tokens: number }>();
    return response.tokens > 0 ? response.tokens : undefined;
  },
});
expectTypeOf(settled).toEqualTypeOf<
  LLMService<{ prompt: string }, { text: string; tokens: number }>
>();

expectTypeOf(LLMService.of<string, number>)
  .parameter(0)
  .toExtend<LLMServiceOptions>();

// calls

expectTypeOf(promise.call('a')).toEqualTypeOf<Observable<Answer>>();
expectTypeOf(promise.callAsync('a')).toEqualTypeOf<Promise<Answer>>();
promise.call('a', { priority: 5, label: 'one', signal: new AbortController().signal });
promise.call('a', { priority: undefined, label: undefined, signal: undefined });

// @ts-expect-error -- a request is what `process` takes
promise.call(5);
// @ts-expect-error -- a call has a request
promise.call();
// @ts-expect-error -- no such option
promise.call('a', { weight: 5 });
// @ts-expect-error -- a priority is a number
void promise.callAsync('a', { priority: 'high' });

// what it tells

expectTypeOf(promise.usage$).toEqualTypeOf<Observable<Usage>>();
expectTypeOf(promise.state$).toEqualTypeOf<Observable<ServiceState>>();
expectTypeOf(promise.events$).toEqualTypeOf<Observable<ServiceEvent>>();
expectTypeOf(promise.canProcess).toEqualTypeOf<boolean>();
expectTypeOf(promise.canProcess$).toEqualTypeOf<Observable<boolean>>();
expectTypeOf(promise.rateLimit).toEqualTypeOf<number | Observable<number> | undefined>();
expectTypeOf(promise.rateTracker).toEqualTypeOf<TimeBoundedUsageTracker>();
expectTypeOf(promise.close).parameter(0).toEqualTypeOf<CloseOptions | undefined>();
expectTypeOf(promise.close).returns.toEqualTypeOf<Promise<void>>();
expectTypeOf(promise.open()).toEqualTypeOf<Observable<never>>();
expectTypeOf(promise).toExtend<AsyncDisposable>();
expectTypeOf(LLMService.MAX_CONCURRENT_JOBS).toEqualTypeOf<number>();

// @ts-expect-error -- read only
promise.modelName = 'other';
// @ts-expect-error -- for subclasses only
promise.process('a');

// events are told apart by their type

promise.events$.subscribe((event) => {
  if (event.type === 'started') expectTypeOf(event.waitMs).toEqualTypeOf<number>();
  if (event.type === 'failed') expectTypeOf(event.runMs).toEqualTypeOf<number | undefined>();
  if (event.type === 'fault') expectTypeOf(event.error).toBeUnknown();
  // @ts-expect-error -- a call that has only been queued has not waited yet
  if (event.type === 'queued') expectTypeOf(event.waitMs).toBeNumber();
});

// options

const rateTracker = new TimeBoundedUsageTracker();
const process = () => of(1);
LLMService.of({ modelName, rateLimit: 100, rateTracker, process });
LLMService.of({ modelName, rateLimit: new BehaviorSubject(100), process });
LLMService.of({ modelName, quotas: [requestsPerMinute(1)], process });
LLMService.of({ modelName, quotas: [{ unit: 'images', limit: 1, windowMs: 1 }], process });
LLMService.of({ modelName, maxConcurrentJobs: new BehaviorSubject(5), queueLimit: 5, process });

// @ts-expect-error -- a service has a model
LLMService.of({ process });
// @ts-expect-error -- a service has work to do
LLMService.of({ modelName });
// @ts-expect-error -- no such option
LLMService.of({ modelName, process, concurrency: 5 });
// @ts-expect-error -- a limit is a number
LLMService.of({ modelName, process, rateLimit: '100' });
// @ts-expect-error -- a cost is a number per unit
LLMService.of({ modelName, process, costOf: () => ({ tokens: '100' }) });
// @ts-expect-error -- `process` gives an Observable, a promise or an async iterable
LLMService.of({ modelName, process: () => 5 });
// @ts-expect-error -- a quota has a window
quota({ unit: 'requests', limit: 1 });
// @ts-expect-error -- abstract: extend it, or use `of`
new LLMService({ modelName });

// a subclass

class Named extends LLMService<string, Answer> {
  static override readonly MAX_CONCURRENT_JOBS = 5;
  static override readonly serviceName = 'Named';

  protected process(prompt: string, { attempt, label }: CallContext) {
    expectTypeOf(attempt).toExtend<number>();
    expectTypeOf(label).toEqualTypeOf<string | undefined>();
    return of({ text: prompt, tokens: 1 });
  }

  protected override costOf(prompt: string) {
    return { tokens: prompt.length };
  }

  protected override usageOf({ tokens }: Answer) {
    return { tokens };
  }

  override async acquireResources() {
    // It may take its time.
  }
}
expectTypeOf(new Named({ modelName }).callAsync('a')).toEqualTypeOf<Promise<Answer>>();
expectTypeOf<ConstructorParameters<typeof Named>>().toEqualTypeOf<[options: LLMServiceOptions]>();

// @ts-expect-error -- what it does is missing
export class Idle extends LLMService<string, string> {}

export class Wrong extends LLMService<string, string> {
  // @ts-expect-error -- its responses are texts
  protected process(prompt: string) {
    return of(prompt.length);
  }
}
