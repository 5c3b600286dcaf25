// What `rxllm/angular` infers, and what must not compile: `tsc -p spec` is the test.
import { type EnvironmentProviders, InjectionToken, type Signal, signal } from '@angular/core';
import { expectTypeOf } from 'expect-type';
import { of } from 'rxjs';
import {
  type CallQueuedEvent,
  fallback,
  LLMService,
  type RetryingEvent,
  type ServiceState,
  type StartedEvent,
  type Usage,
  type UsageByModel,
  UsageTracker,
} from '../../src/index.js';
import {
  type CallSignal,
  callSignal,
  type CallStatus,
  injectLLMService,
  provideLLMService,
  stateSignal,
  usageSignal,
} from '../../src/angular/index.js';
import { OpenAIService } from '../../src/openai/index.js';
import { FakeService } from '../../src/testing/index.js';

interface Answer {
  readonly text: string;
}

const CHAT = new InjectionToken<LLMService<string, Answer>>('CHAT');
const service = LLMService.of({
  modelName: 'm',
  process: (prompt: string) => of<Answer>({ text: prompt }),
});
const texts = LLMService.of({ modelName: 'm', process: (prompt: string) => of(prompt) });
const prompt = signal<string | undefined>(undefined);

// a token says what its factory makes, and what is injected

expectTypeOf(provideLLMService(CHAT, () => service)).toEqualTypeOf<EnvironmentProviders>();
expectTypeOf(injectLLMService(CHAT)).toEqualTypeOf<LLMService<string, Answer>>();
provideLLMService(CHAT, () => new FakeService<string, Answer>({ answers: '' }));
class Texts extends LLMService<string, string> {
  protected process(text: string) {
    return of(text);
  }
}
provideLLMService(Texts, () => new Texts({ modelName: 'm' }));
provideLLMService(OpenAIService, () => new OpenAIService({ client: {} as never, modelName: 'm' }));
expectTypeOf(injectLLMService(Texts)).toEqualTypeOf<Texts>();

// @ts-expect-error -- its responses are other ones
provideLLMService(CHAT, () => texts);
// @ts-expect-error -- a promise of a service is none
provideLLMService(CHAT, async () => service);
// @ts-expect-error -- what cannot be closed is no service
provideLLMService(new InjectionToken<string>('NAME'), () => 'name');
// @ts-expect-error -- a service is made by a function
provideLLMService(CHAT, service);

// what a service does and uses

expectTypeOf(stateSignal(service)).toEqualTypeOf<Signal<ServiceState>>();
expectTypeOf(usageSignal(service, { everyMs: 250 })).toEqualTypeOf<Signal<Usage>>();
const tracker = new UsageTracker<Answer>('report', (current) => current);
expectTypeOf(usageSignal(tracker)).toEqualTypeOf<Signal<UsageByModel>>();

// @ts-expect-error -- a signal changes every so many ms
stateSignal(service, { everyMs: '250' });
// @ts-expect-error -- no such option
usageSignal(service, { intervalMs: 250 });

// the value of a call is the latest response, or undefined

const latest = callSignal(service, prompt);
expectTypeOf(latest).toEqualTypeOf<CallSignal<Answer | undefined>>();
expectTypeOf(latest.value).toEqualTypeOf<Signal<Answer | undefined>>();
expectTypeOf(latest.status).toEqualTypeOf<Signal<CallStatus>>();
expectTypeOf(latest.error).toEqualTypeOf<Signal<Error | undefined>>();
expectTypeOf(latest.isLoading).toEqualTypeOf<Signal<boolean>>();
expectTypeOf(latest.step).toEqualTypeOf<
  Signal<CallQueuedEvent | StartedEvent | RetryingEvent | undefined>
>();
expectTypeOf(latest.reload()).toEqualTypeOf<boolean>();
expectTypeOf(latest.cancel()).toEqualTypeOf<boolean>();
if (latest.hasValue()) expectTypeOf(latest.value()).toEqualTypeOf<Answer>();
else expectTypeOf(latest.value()).toEqualTypeOf<Answer | undefined>();

expectTypeOf(callSignal(service, () => 'hi', { callOptions: { priority: 5 } })).toEqualTypeOf<
  CallSignal<Answer | undefined>
>();
expectTypeOf(callSignal(fallback([service, service]), prompt)).toEqualTypeOf<
  CallSignal<Answer | undefined>
>();

// or what it is initially

expectTypeOf(callSignal(service, prompt, { initialValue: null })).toEqualTypeOf<
  CallSignal<Answer | null>
>();
expectTypeOf(callSignal(texts, prompt, { initialValue: '' })).toEqualTypeOf<CallSignal<string>>();

// or what all responses make

expectTypeOf(
  callSignal(texts, prompt, {
    initialValue: '',
    accumulate: (text, piece) => {
      expectTypeOf(piece).toEqualTypeOf<string>();
      return text + piece;
    },
  }),
).toEqualTypeOf<CallSignal<string>>();
expectTypeOf(
  callSignal(service, prompt, {
    initialValue: 0,
    accumulate: (length, { text }) => length + text.length,
    callOptions: (request) => {
      expectTypeOf(request).toEqualTypeOf<string>();
      return { label: request };
    },
  }),
).toEqualTypeOf<CallSignal<number>>();
expectTypeOf(
  callSignal(service, prompt, {
    initialValue: [],
    accumulate: (all: readonly Answer[], answer) => [...all, answer],
  }),
).toEqualTypeOf<CallSignal<readonly Answer[]>>();
expectTypeOf(
  callSignal(service, prompt, {
    accumulate: (longest: Answer | undefined, answer) =>
      longest && longest.text.length > answer.text.length ? longest : answer,
  }),
).toEqualTypeOf<CallSignal<Answer | undefined>>();
const text = callSignal(texts, prompt, { initialValue: '' });
expectTypeOf(text.hasValue()).toEqualTypeOf<boolean>();

// @ts-expect-error -- a request is what `process` takes
callSignal(service, () => 5);
// @ts-expect-error -- null is no request; undefined means none
callSignal(service, () => null);
// @ts-expect-error -- a request is read again and again
callSignal(service, 'hi');
// @ts-expect-error -- no such option of calls
callSignal(service, prompt, { callOptions: { weight: 5 } });
// @ts-expect-error -- what a response makes is of the type of what was initial
callSignal(service, prompt, { initialValue: 0, accumulate: () => 'text' });
const joined = { initialValue: '', accumulate: (all: string, one: string) => all + one };
callSignal(texts, prompt, joined);
// @ts-expect-error -- a response is no text
callSignal(service, prompt, joined);
// @ts-expect-error -- read only
latest.value = latest.value;
