// What `runServices` resolves to, and which services it takes: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { forkJoin, of } from 'rxjs';
import { LLMService, runServices } from '../../src/index.js';

const texts = LLMService.of({ modelName: 'texts', process: (prompt: string) => of(prompt) });
const numbers = LLMService.of({ modelName: 'numbers', process: (many: number) => of(many) });
const services = [texts, numbers];

// the last value of the work, whatever kind of work it is
expectTypeOf(runServices([texts], () => texts.call('a'))).toEqualTypeOf<Promise<string>>();
expectTypeOf(runServices([texts], () => texts.callAsync('a'))).toEqualTypeOf<Promise<string>>();
expectTypeOf(runServices(services, () => 5)).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  runServices(services, () => forkJoin([texts.call('a'), numbers.call(1)])),
).toEqualTypeOf<Promise<[string, number]>>();

// @ts-expect-error -- it has services to run
void runServices(() => 5);
// @ts-expect-error -- these are not services
void runServices(['none'], () => 5);
// @ts-expect-error -- the work is a function, called when the services have started
void runServices([texts], texts.call('a'));
