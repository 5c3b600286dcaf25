// What composites of callables infer, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { asyncScheduler, type Observable } from 'rxjs';
import type { CallOptions } from '../../src/call/call-options.js';
import { LLMService } from '../../src/llm-service.js';
import { balance } from '../../src/operators/balance.js';
import type { Callable } from '../../src/operators/callable.js';
import { fallback } from '../../src/operators/fallback.js';
import { hedge } from '../../src/operators/hedge.js';
import { shareInFlight } from '../../src/operators/share-in-flight.js';

interface Answer {
  readonly text: string;
}
interface Priced extends Answer {
  readonly usd: number;
}
interface Prompt {
  readonly prompt: string;
}
interface Picture extends Prompt {
  readonly image: string;
}

declare const east: Callable<string, Answer>;
declare const west: Callable<string, Answer>;
declare const numbers: Callable<number, Answer>;
declare const priced: Callable<string, Priced>;
declare const text: Callable<Prompt, string>;
declare const picture: Callable<Picture, string>;

// each takes callables and gives one, so they nest

expectTypeOf(fallback([east, west])).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(balance([east, west])).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(hedge(east, { delayMs: 5, to: west })).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(shareInFlight(east, { keyOf: (prompt) => prompt })).toEqualTypeOf<
  Callable<string, Answer>
>();
expectTypeOf(
  shareInFlight(fallback([balance([east, west]), hedge(east, { delayMs: 5 })]), {
    keyOf: (prompt) => prompt.length,
  }),
).toEqualTypeOf<Callable<string, Answer>>();

// a service can be called as they can

const service = LLMService.of({
  modelName: 'm',
  process: async (prompt: string): Promise<Answer> => ({ text: prompt }),
});
expectTypeOf(service).toExtend<Callable<string, Answer>>();
expectTypeOf(balance([service, east])).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(fallback([service, service])).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(hedge(service, { delayMs: 5, to: west })).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(shareInFlight(service, { keyOf: (prompt) => prompt })).toEqualTypeOf<
  Callable<string, Answer>
>();
// @ts-expect-error -- it takes texts, not numbers
export const other: Callable<number, Answer> = service;

// what can be done with one

const model = fallback([east, west]);
expectTypeOf(model.name).toBeString();
expectTypeOf(model.call('a')).toEqualTypeOf<Observable<Answer>>();
expectTypeOf(model.callAsync('a', { priority: 5 })).toEqualTypeOf<Promise<Answer>>();
expectTypeOf(model.expectedWait('a', {})).toBeNumber();
expectTypeOf(model.call).parameter(1).toEqualTypeOf<CallOptions | undefined>();

// @ts-expect-error -- a request is what all of them take
model.call(5);
// @ts-expect-error -- no such option
model.call('a', { weight: 5 });
// @ts-expect-error -- read only
model.name = 'other';

// a request is what the most demanding one takes, a response what any of them gives

expectTypeOf(fallback([text, picture])).toEqualTypeOf<Callable<Picture, string>>();
expectTypeOf(balance([picture, text])).toEqualTypeOf<Callable<Picture, string>>();
expectTypeOf(fallback([east, priced])).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(hedge(priced, { delayMs: 5, to: east })).toEqualTypeOf<Callable<string, Answer>>();
expectTypeOf(fallback<string, Answer | Priced>([east, priced]).call('a')).toEqualTypeOf<
  Observable<Answer | Priced>
>();

// @ts-expect-error -- one takes texts, the other numbers
fallback([east, numbers]).call('a');
// @ts-expect-error -- what needs an image does not stand for what needs none
export const wrong: Callable<Prompt, string> = picture;

// keys and errors

shareInFlight(picture, {
  keyOf: (request) => {
    expectTypeOf(request).toEqualTypeOf<Picture>();
    return request.image;
  },
});
shareInFlight(picture, { keyOf: ({ prompt }: Prompt) => prompt });
fallback([east], {
  when: (error) => {
    expectTypeOf(error).toBeUnknown();
    return error instanceof Error;
  },
});
hedge(east, { delayMs: 5, scheduler: asyncScheduler });

// @ts-expect-error -- it must be told what is the same
shareInFlight(east, {});
// @ts-expect-error -- a key is of a request
shareInFlight(east, { keyOf: (request: number) => request });
// @ts-expect-error -- no such option
shareInFlight(east, { keyOf: String, cache: true });
// @ts-expect-error -- it takes a list
fallback(east);
// @ts-expect-error -- it says yes or no
fallback([east], { when: () => 'always' });
// @ts-expect-error -- a delay is needed
hedge(east, {});
// @ts-expect-error -- a delay is a number of ms
hedge(east, { delayMs: '5s' });
// @ts-expect-error -- what can be called tells its expected wait
balance([{ name: 'a', call: east.call, callAsync: east.callAsync }]);
