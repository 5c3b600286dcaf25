// What somebody tests of a pipeline of his own, in any test framework: all that it takes of one is `it`.
import { mergeMap } from 'rxjs';
import { InMemoryRateTracker, quota } from 'rxllm';
import { FakeService, rateTrackerContract, runMarbles, VirtualTime } from 'rxllm/testing';

/** Defines a test: the `it` of every framework. */
type It = (name: string, run: () => void | Promise<void>) => unknown;

export function definePipelineTests(it: It, expectedStarts = 'ab----c'): void {
  it('sends c when a has left the window', () => {
    runMarbles(({ hot, expectObservable, expectStarts }) => {
      const service = new FakeService({
        quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })],
        answers: { a: '---A|', b: '---B|', c: '---C|' },
      });
      const answers$ = hot('abc|').pipe(mergeMap((question) => service.call(question)));
      expectStarts(service).toBe(expectedStarts);
      expectObservable(answers$).toBe('---AB----C|');
    });
  });

  const time = new VirtualTime();
  const contract = rateTrackerContract({
    make: (quotas) => new InMemoryRateTracker({ quotas, scheduler: time }),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
  });
  for (const { name, run } of contract) it(name, run);
}
