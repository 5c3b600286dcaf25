// What must be inferred of `rxllm/lite`, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { BehaviorSubject, type Observable, of } from 'rxjs';
import {
  LLMService as FullService,
  quota,
  type ServiceState as FullState,
} from '../../src/index.js';
import {
  type BlockedBy,
  type CallContext,
  type CallOptions,
  type CloseOptions,
  type Failure,
  type FixedQuota,
  type GateState,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  type QuotaState,
  requestsPerMinute,
  retries,
  type Retries,
  type RetriesOptions,
  type ServiceState,
  tokensPerMinute,
  type Usage,
} from '../../src/lite/index.js';

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
  process: (request: { prompt: string }, { signal, attempt, label, callId, reportUsage }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf(attempt).toEqualTypeOf<number>();
    expectTypeOf(callId).toEqualTypeOf<number>();
    expectTypeOf(label).toEqualTypeOf<string | undefined>();
    expectTypeOf(reportUsage).toBeFunction();
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
  .toEqualTypeOf<LLMServiceOptions & LLMServiceFunctions<string, number>>();

// calls

expectTypeOf(promise.call('a')).toEqualTypeOf<Observable<Answer>>();
expectTypeOf(promise.callAsync('a')).toEqualTypeOf<Promise<Answer>>();
expectTypeOf<keyof CallOptions>().toEqualTypeOf<'signal' | 'priority' | 'label'>();
promise.call('a', { priority: 5, label: 'one', signal: new AbortController().signal });
promise.call('a', { priority: undefined, label: undefined, signal: undefined });
promise.call('a', undefined);

// @ts-expect-error -- a request is what `process` takes
promise.call(5);
// @ts-expect-error -- a call has a request
promise.call();
// @ts-expect-error -- no such option
promise.call('a', { weight: 5 });
// @ts-expect-error -- only calls of `rxllm` have a tenant
promise.call('a', { tenant: 'acme' });
// @ts-expect-error -- only calls of `rxllm` have a timeout
promise.call('a', { timeout: 5 });
// @ts-expect-error -- a priority is a number
void promise.callAsync('a', { priority: 'high' });

// what it tells

expectTypeOf(promise.usage$).toEqualTypeOf<Observable<Usage>>();
expectTypeOf(promise.state$).toEqualTypeOf<Observable<ServiceState>>();
expectTypeOf(promise.toJSON()).toEqualTypeOf<ServiceState>();
expectTypeOf<ServiceState['status']>().toEqualTypeOf<'running' | 'paused' | 'closing' | 'closed'>();
expectTypeOf<ServiceState['quotas']>().toEqualTypeOf<readonly QuotaState[]>();
expectTypeOf<ServiceState['gate']>().toEqualTypeOf<GateState | undefined>();
expectTypeOf<ServiceState['blockedBy']>().toEqualTypeOf<BlockedBy | undefined>();
expectTypeOf<QuotaState['limit']>().toEqualTypeOf<number>();
expectTypeOf(promise.close).parameter(0).toEqualTypeOf<CloseOptions | undefined>();
expectTypeOf(promise.close).returns.toEqualTypeOf<Promise<void>>();
expectTypeOf(promise.pause).returns.toEqualTypeOf<void>();
expectTypeOf(promise).toExtend<AsyncDisposable>();
expectTypeOf(LLMService.MAX_CONCURRENT_JOBS).toEqualTypeOf<number>();
expectTypeOf(LLMService.serviceName).toEqualTypeOf<string>();

// @ts-expect-error -- read only
promise.modelName = 'other';
// @ts-expect-error -- for subclasses only
promise.process('a');
expectTypeOf(promise).not.toHaveProperty('events$');
expectTypeOf(promise).not.toHaveProperty('onIdle');

// what is drawn of the one can be drawn of the other
expectTypeOf<FullState>().toExtend<Pick<ServiceState, 'name' | 'at' | 'queued' | 'inFlight'>>();
expectTypeOf<FullState['retrying']>().toEqualTypeOf<ServiceState['retrying']>();

// options

const process = () => of(1);
LLMService.of({ modelName, quotas: [requestsPerMinute(1), tokensPerMinute(5)], process });
LLMService.of({ modelName, quotas: [{ unit: 'images', limit: 1, windowMs: 1 }], process });
LLMService.of({ modelName, maxConcurrentJobs: 5, queueLimit: 5, retry: retries(), process });
LLMService.of({ modelName, process, costOf: undefined, usageOf: undefined });
// A quota of the one is a quota of the other.
FullService.of({ modelName, quotas: [requestsPerMinute(1)], process });

expectTypeOf(requestsPerMinute).toEqualTypeOf<(limit: number) => FixedQuota>();

// @ts-expect-error -- a service has a model
LLMService.of({ process });
// @ts-expect-error -- a service has work to do
LLMService.of({ modelName });
// @ts-expect-error -- no such option
LLMService.of({ modelName, process, concurrency: 5 });
// @ts-expect-error -- what only `rxllm` has
LLMService.of({ modelName, process, rateLimit: 100 });
// @ts-expect-error -- a bound is a number that stays
LLMService.of({ modelName, process, maxConcurrentJobs: new BehaviorSubject(5) });
// @ts-expect-error -- a limit is a number that stays
LLMService.of({ modelName, process, quotas: [{ ...requestsPerMinute(1), limit: of(5) }] });
// @ts-expect-error -- a window slides: there are no models of it
LLMService.of({ modelName, process, quotas: [{ ...requestsPerMinute(1), model: 'fixed' }] });
// @ts-expect-error -- a quota whose limit may be live is one of `rxllm`
LLMService.of({ modelName, process, quotas: [quota(requestsPerMinute(1))] });
// @ts-expect-error -- a quota has a window
LLMService.of({ modelName, process, quotas: [{ unit: 'requests', limit: 1 }] });
// @ts-expect-error -- a cost is a number per unit
LLMService.of({ modelName, process, costOf: () => ({ tokens: '100' }) });
// @ts-expect-error -- `process` gives an Observable, a promise or an async iterable
LLMService.of({ modelName, process: () => 5 });
// @ts-expect-error -- retries are a feature to import
LLMService.of({ modelName, process, retry: { maxAttempts: 3 } });
// @ts-expect-error -- abstract: extend it, or use `of`
new LLMService({ modelName });

// retries

expectTypeOf(retries).toEqualTypeOf<(options?: RetriesOptions) => Retries>();
retries({
  maxAttempts: 3,
  isRetryable: (error, failure) => {
    expectTypeOf(error).toBeUnknown();
    expectTypeOf(failure).toEqualTypeOf<Failure>();
    return failure.retryable;
  },
  failureOf: (error) => {
    expectTypeOf(error).toBeUnknown();
    return { kind: 'rate', limits: [], retryAfterMs: 5, shouldPause: true, retryable: true };
  },
});
// @ts-expect-error -- no such option
retries({ attempts: 3 });
// @ts-expect-error -- half of a failure
retries({ failureOf: () => ({ kind: 'rate' }) });

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
