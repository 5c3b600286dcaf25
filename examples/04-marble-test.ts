// npx tsx examples/04-marble-test.ts
//
// How your own scheduling behaves is tested in virtual time: inside TestScheduler.run all of rxllm is
// virtual, one frame is one millisecond, and an hour takes no time. It needs no test framework.
import assert from 'node:assert/strict';
import { map, mergeMap, type Observable, switchMap, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { LLMService, quota } from 'rxllm';

/** Two requests per 6 ms; an answer takes 3 ms and is in capitals. */
function makeService() {
  return LLMService.of({
    modelName: 'echo-1',
    quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })],
    process: (question: string) => timer(3).pipe(map(() => question.toUpperCase())),
  });
}

type Ask = (questions$: Observable<string>) => Observable<string>;

function expectAnswers(title: string, questions: string, answers: string, ask: Ask): void {
  new TestScheduler(assert.deepEqual).run(({ hot, expectObservable }) => {
    expectObservable(ask(hot(questions))).toBe(answers);
  });
  console.log(`${title}\n  ${questions}\n  ${answers}\n`);
}

expectAnswers(
  'All are answered: c is sent when a has left the window',
  'abc|',
  '---AB----(C|)',
  (all$) => {
    const service = makeService();
    return all$.pipe(mergeMap((question) => service.call(question)));
  },
);

expectAnswers(
  'Only the last is: a and b were sent, so they count',
  'ab-c|',
  '---------(C|)',
  (all$) => {
    const service = makeService();
    return all$.pipe(switchMap((question) => service.call(question)));
  },
);
