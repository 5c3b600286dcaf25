// What an event of a call narrows to by its type, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import {
  type BlockedBy,
  type CallEvent,
  type CallOptions,
  type CallQueuedEvent,
  type CallStep,
  type EndedEvent,
  type FailedEvent,
  type FaultEvent,
  LLMService,
  type QueuedEvent,
  type QueuedLine,
  type ResultEvent,
  type RetryingEvent,
  type ServiceEvent,
  type ServiceState,
  type StartedEvent,
  type ThroughputState,
  type Usage,
  type UsageEvent,
  type ValueEvent,
} from '../../src/index.js';

interface Answer {
  readonly text: string;
}

const service = LLMService.of({
  modelName: 'm',
  process: async (prompt: string): Promise<Answer> => ({ text: prompt }),
});

// a call's own events: those of the service's Response

expectTypeOf(service.callEvents).parameter(0).toEqualTypeOf<string>();
expectTypeOf(service.callEvents).parameter(1).toEqualTypeOf<CallOptions | undefined>();
expectTypeOf(service.callEvents('a')).toEqualTypeOf<Observable<CallEvent<Answer>>>();

type Types = 'queued' | 'started' | 'value' | 'retrying' | 'usage' | 'result' | 'failed';
expectTypeOf<CallEvent<Answer>['type']>().toEqualTypeOf<Types>();
expectTypeOf<CallEvent<Answer>>().toExtend<CallStep>();

service.callEvents('a').subscribe((event) => {
  expectTypeOf(event.at).toBeNumber();
  expectTypeOf(event.callId).toBeNumber();
  expectTypeOf(event.label).toEqualTypeOf<string | undefined>();
  // @ts-expect-error -- not every event has a response
  expectTypeOf(event.response).toBeUnknown();
  // @ts-expect-error -- who has cancelled a call hears nothing more of it
  if (event.type === 'cancelled') return;
  // @ts-expect-error -- a call has a result
  if (event.type === 'completed') return;
  // @ts-expect-error -- a fault is no call's
  if (event.type === 'fault') return;

  if (event.type === 'queued') {
    expectTypeOf(event).toEqualTypeOf<CallQueuedEvent>();
    expectTypeOf(event.position).toBeNumber();
    expectTypeOf(event.expectedStart).toEqualTypeOf<number | undefined>();
    expectTypeOf(event.cost).toEqualTypeOf<Usage>();
  } else if (event.type === 'started') {
    expectTypeOf(event).toEqualTypeOf<StartedEvent>();
    expectTypeOf(event.waitMs).toBeNumber();
  } else if (event.type === 'value') {
    expectTypeOf(event).toEqualTypeOf<ValueEvent<Answer>>();
    expectTypeOf(event.response).toEqualTypeOf<Answer>();
    // @ts-expect-error -- read only
    event.response = { text: 'other' };
  } else if (event.type === 'retrying') {
    expectTypeOf(event).toEqualTypeOf<RetryingEvent>();
    expectTypeOf(event.error).toBeUnknown();
  } else if (event.type === 'usage') {
    expectTypeOf(event).toEqualTypeOf<UsageEvent>();
    expectTypeOf(event.isEstimated).toBeBoolean();
  } else if (event.type === 'result') {
    expectTypeOf(event).toEqualTypeOf<ResultEvent<Answer>>();
    expectTypeOf(event.response).toEqualTypeOf<Answer | undefined>();
    expectTypeOf([event.waitMs, event.runMs, event.attempt]).toEqualTypeOf<number[]>();
  } else {
    expectTypeOf(event).toEqualTypeOf<FailedEvent>();
    expectTypeOf(event.type).toEqualTypeOf<'failed'>();
    expectTypeOf(event.error).toBeUnknown();
    expectTypeOf(event).toExtend<EndedEvent>();
  }
});

// a response that is a promise's or an iterable's is what that gives

const stream = LLMService.of({
  modelName: 'm',
  process: async function* (prompt: string) {
    yield prompt.length;
  },
});
expectTypeOf(stream.callEvents('a')).toEqualTypeOf<Observable<CallEvent<number>>>();

// @ts-expect-error -- a request is what `process` takes
stream.callEvents(5);
// @ts-expect-error -- no such option
stream.callEvents('a', { weight: 5 });

// a wider Response takes the events of a narrower one, not the other way round

expectTypeOf<CallEvent<'a'>>().toExtend<CallEvent<string>>();
expectTypeOf<CallEvent<string>>().not.toExtend<CallEvent<'a'>>();

// expectedWait is asked as call is

expectTypeOf(service.expectedWait('a')).toBeNumber();
expectTypeOf(service.expectedWait).parameters.toEqualTypeOf<Parameters<typeof service.call>>();
// @ts-expect-error -- it needs a request, as costs are by request
service.expectedWait();

// the service's events carry no response, and narrow as those of a call do

service.events$.subscribe((event) => {
  expectTypeOf(event).toEqualTypeOf<ServiceEvent>();
  if (event.type === 'fault') {
    expectTypeOf(event).toEqualTypeOf<FaultEvent>();
    expectTypeOf(event.callId).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(event.callId).toBeNumber();
    expectTypeOf(event.priority).toBeNumber();
    expectTypeOf(event.tenant).toEqualTypeOf<string | undefined>();
  }
  if (event.type === 'queued') expectTypeOf(event).toEqualTypeOf<QueuedEvent>();
  if (event.type === 'started') expectTypeOf(event).toEqualTypeOf<StartedEvent>();
  if (event.type === 'retrying') expectTypeOf(event).toEqualTypeOf<RetryingEvent>();
  if (event.type === 'completed') expectTypeOf(event).toEqualTypeOf<EndedEvent>();
  if (event.type === 'failed') expectTypeOf(event.error).toBeUnknown();
  if (event.type === 'cancelled') expectTypeOf(event.runMs).toEqualTypeOf<number | undefined>();
});

// the state

type Reason = 'paused' | 'resources' | 'permit' | 'quota' | 'gate' | 'turn';
expectTypeOf<BlockedBy['reason']>().toEqualTypeOf<Reason>();
expectTypeOf<BlockedBy['until']>().toEqualTypeOf<number | undefined>();
expectTypeOf(service.toJSON()).toEqualTypeOf<ServiceState>();
expectTypeOf<ServiceState['blockedBy']>().toEqualTypeOf<BlockedBy | undefined>();
expectTypeOf<ServiceState['queuedBy']>().toEqualTypeOf<readonly QueuedLine[]>();
expectTypeOf<ServiceState['throughput']>().toEqualTypeOf<ThroughputState>();
expectTypeOf<'paused'>().toExtend<ServiceState['status']>();
// @ts-expect-error -- read only
service.toJSON().queued = 0;
