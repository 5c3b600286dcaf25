import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { InvalidOptionError } from '../index.js';
import { MarbleScheduler } from './marble-scheduler.js';
import { noting } from './noting.js';
import { withSeededChance } from './seeded-chance.js';
import { recordStarts, type StartingService } from './starts.js';
import { StartsExpectation } from './starts-expectation.js';

/** What a marble test is given: the helpers of RxJS's `TestScheduler.run`, and more. */
export interface MarbleHelpers extends RunHelpers {
  /** Expects the calls of a service to start at given times; say it before its first call. */
  readonly expectStarts: (service: StartingService) => StartsExpectation;
  /** The source of virtual time, for what must be given one. Inside the test all of RxJS and rxllm has it anyhow. */
  readonly scheduler: TestScheduler;
}

/** Options of `runMarbles`. */
export interface RunMarblesOptions {
  /** What all chance is drawn from while the test runs: the same seed, the same jitter. Default 1. */
  readonly seed?: number;
}

/**
 * Runs a marble test: all time inside is virtual, all chance is drawn from a seed, nothing has to be mocked.
 *
 * One frame is one millisecond, and an hour takes no time. Services, quotas, retries, gates and timeouts made in it
 * are virtual without an option. `Math.random` is seeded while it runs. It needs no test framework: what is not
 * as expected is thrown as `TimelineMismatchError`, which shows both timelines, one under the other.
 *
 * ```text
 * questions                              abc|
 * starts, 2 requests per 6 ms            ab----c
 * answers, each after 3 ms               ---AB----(C|)
 * ```
 *
 * What is never virtual: promises, `Date.now`, `setTimeout` and `AbortSignal.timeout`. So let `process` return an
 * Observable, and use `timeout` of a call's options; what `callAsync` and `onIdle` give settles when the run is over.
 * The time begins at 0, so a `deadline` as a date is `new Date(scheduler.now() + 50)`. Make services inside the test:
 * one from outside keeps what is in its windows, and what it was asked. With more than ten thousand timers at once use
 * `VirtualTime`.
 *
 * @example
 * runMarbles(({ hot, expectObservable, expectStarts }) => {
 *   const service = new FakeService({
 *     quotas: [quota({ unit: 'requests', limit: 2, windowMs: 6, marginMs: 0 })],
 *     answers: '---(a|)',
 *   });
 *   const answers$ = hot('abc|').pipe(mergeMap((question) => service.call(question)));
 *   expectStarts(service).toBe('ab----c');
 *   expectObservable(answers$).toBe('---aa----(a|)');
 * });
 *
 * @throws TimelineMismatchError when an expectation is not met, EndlessRunError when the run does not end,
 * InvalidOptionError for a test that is asynchronous or inside another, and for an expectation without its `toBe`;
 * and whatever the test throws.
 */
export function runMarbles(
  test: (helpers: MarbleHelpers) => void,
  { seed = 1 }: RunMarblesOptions = {},
): void {
  // What it returns should be nothing, and is looked at.
  const run: (helpers: MarbleHelpers) => unknown = test;
  const scheduler = new MarbleScheduler();
  const { expectations } = scheduler;
  const expectStarts = (service: StartingService) => {
    const starts = recordStarts(service, () => scheduler.frame);
    return new StartsExpectation(service, starts, expectations.add('expectStarts(service)'));
  };
  withSeededChance(seed, () => {
    scheduler.run((helpers) => {
      const noted = noting(helpers, expectations);
      checkSynchronous(run({ ...helpers, ...noted, expectStarts, scheduler }));
    });
  });
  expectations.end();
}

/** A promise goes on when the run is over, and nothing that it expects would be checked. */
function checkSynchronous(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  void Promise.resolve(result).catch(() => undefined);
  throw new InvalidOptionError(
    'runMarbles(test)',
    'asynchronous: it returned a promise',
    'a function that is not async, as promises are never virtual; use Observables in it',
  );
}
