// What must be inferred of `rxllm/testing`, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { type SchedulerLike, Subject } from 'rxjs';
import { LLMService, type Quota, type RateTracker } from '../../src/index.js';
import {
  askProvider,
  type AskedCall,
  type ContractCase,
  FakeService,
  ManualRateTracker,
  rateTrackerContract,
  runMarbles,
  SimulatedProvider,
  type SimulatedAnswer,
  type SimulatedRequest,
  SimulatedService,
  VirtualTime,
} from '../../src/testing/index.js';

// a fake service takes and gives texts, unless it is told otherwise

const fake = new FakeService({ answers: '--a|' });
expectTypeOf(fake).toExtend<LLMService<string, string>>();
expectTypeOf(fake.asked).toEqualTypeOf<readonly AskedCall<string>[]>();

interface Chat {
  readonly prompt: string;
}
const typed = new FakeService<Chat, number>({
  answers: { hello: ['--a|', { marbles: '-b|', values: { b: 2 } }] },
  values: { a: 1 },
  nameOf: ({ prompt }) => prompt,
  costOf: ({ prompt }) => ({ tokens: prompt.length }),
  usageOf: (tokens) => tokens,
});
expectTypeOf(typed).toExtend<LLMService<Chat, number>>();
expectTypeOf(typed.asked[0]!.request).toEqualTypeOf<Chat>();

new FakeService<Chat, number>({
  answers: ({ prompt }, { attempt }) => (attempt > 1 ? `-${prompt}|` : '-#'),
});

// @ts-expect-error -- what it answers must be said
new FakeService({});
// @ts-expect-error -- no such option
new FakeService({ answers: '-a|', answer: '-a|' });
// @ts-expect-error -- a value is a response
new FakeService<string, number>({ answers: '-a|', values: { a: 'one' } });
// @ts-expect-error -- it does its own work
new FakeService({ answers: '-a|', process: () => [] });
// @ts-expect-error -- a request is a text
fake.call(5);

// marble tests

runMarbles(
  ({ hot, expectStarts, scheduler }) => {
    expectTypeOf(hot('a')).toExtend<Subject<string>>();
    expectTypeOf(scheduler).toExtend<SchedulerLike>();
    expectStarts(typed).toBe('a-b', { a: 'hello' });
    expectStarts(LLMService.of({ modelName: 'm', process: (n: number) => [n] })).toEqual([
      ['1', 0],
    ]);
    // @ts-expect-error -- a start has a name and a time
    expectStarts(typed).toEqual([['a', '0']]);
    // @ts-expect-error -- a service starts calls
    expectStarts(hot('a'));
  },
  { seed: 7 },
);

// trackers and providers

expectTypeOf(new ManualRateTracker({ grants$: new Subject<number>() })).toExtend<RateTracker>();
expectTypeOf(new VirtualTime()).toExtend<SchedulerLike>();

const provider = new SimulatedProvider({ limitModel: 'token-bucket', faults: { hang: 0.1 } });
const simulated = new SimulatedService({ provider });
expectTypeOf(simulated).toExtend<LLMService<SimulatedRequest, SimulatedAnswer>>();
const sized = new SimulatedService({
  provider,
  sizeOf: (text: string) => ({ promptTokens: text.length, outputTokens: 9 }),
});
expectTypeOf(sized).toExtend<LLMService<string, SimulatedAnswer>>();
askProvider(provider, { promptTokens: 1, outputTokens: 2 }).subscribe((answer) => {
  expectTypeOf(answer).toEqualTypeOf<SimulatedAnswer>();
});

// @ts-expect-error -- a provider that is asked
new SimulatedService({});
// @ts-expect-error -- no such fault
new SimulatedProvider({ faults: { explode: 1 } });

// the contract

const contract = rateTrackerContract({
  make: (quotas) => {
    expectTypeOf(quotas).toEqualTypeOf<readonly Quota[]>();
    return new ManualRateTracker();
  },
  wait: (ms) => new VirtualTime().advance(ms),
});
expectTypeOf(contract).toEqualTypeOf<readonly ContractCase[]>();
