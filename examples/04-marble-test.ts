// npx tsx examples/04-marble-test.ts
//
// How your own scheduling behaves is tested in virtual time: inside runMarbles all of rxllm is virtual, one
// frame is one millisecond, and an hour takes no time. It needs no test framework. The last test is wrong, to
// show what a failure looks like.
import { mergeMap, type Observable, switchMap } from 'rxjs';
import { type Callable, quota } from 'rxllm';
import { FakeService, runMarbles } from 'rxllm/testing';

type Ask = (questions$: Observable<string>, model: Callable<string, string>) => Observable<string>;

/** Two requests per 6 ms; an answer takes 3 ms and is in capitals. */
function test(title: string, ask: Ask, questions: string, starts: string, answers: string): void {
  runMarbles(({ hot, expectObservable, expectStarts }) => {
    const model = new FakeService({
      quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })],
      answers: { a: '---A|', b: '---B|', c: '---C|' },
    });
    expectStarts(model).toBe(starts);
    expectObservable(ask(hot(questions), model)).toBe(answers);
  });
  console.log(
    `${title}\n  questions  ${questions}\n  starts     ${starts}\n  answers    ${answers}\n`,
  );
}

const askAll: Ask = (questions$, model) => questions$.pipe(mergeMap((one) => model.call(one)));
const askLast: Ask = (questions$, model) => questions$.pipe(switchMap((one) => model.call(one)));

test(
  'All are answered: c goes when a has left the window',
  askAll,
  'abc|',
  'ab----c',
  '---AB----C|',
);
test(
  'Only the last is: a and b were sent, so they count',
  askLast,
  'ab-c|',
  'ab----c',
  '---------C|',
);
try {
  test('A test that is wrong', askAll, 'abc|', 'ab---c', '---AB----C|');
} catch (error) {
  console.log(String(error));
}
