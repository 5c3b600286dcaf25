import { concat, defer, from, isObservable, lastValueFrom, type Observable, of } from 'rxjs';
import { InvalidOptionError } from './errors.js';
import { parseFunction } from './options/parse-value.js';
import { parseServices } from './options/services.js';
import type { CloseOptions, Service } from './service.js';

/** What work may return besides a plain value. */
type Stream<T> = Observable<T> | PromiseLike<T> | AsyncIterable<T>;

/** The last value of a stream, or the plain value itself. */
export type ValueOf<T> = T extends Stream<infer V> ? V : T;

/** Of a service, what running it takes: whatever it is asked and answers. */
export type RunnableService = Pick<
  Service<unknown, unknown>,
  'name' | 'open' | 'close' | 'pause' | 'resume' | 'isIdle' | 'onIdle'
>;

/** Several services that run together, as one. */
export class RunningServices {
  constructor(private readonly services: readonly RunnableService[]) {}

  /** Lets no call of any of them out until `resume()`. */
  pause(): void {
    for (const service of this.services) service.pause();
  }

  /** Lets calls of all of them out again. */
  resume(): void {
    for (const service of this.services) service.resume();
  }

  /** Resolves as soon as all of them are idle: at once when they are now. */
  onIdle(): Promise<void> {
    const busy = this.services.filter(({ isIdle }) => !isIdle);
    if (busy.length === 0) return Promise.resolve();
    // Those that were idle may have been given work by the others.
    return Promise.all(busy.map((service) => service.onIdle())).then(() => this.onIdle());
  }

  /** Closes all of them; rejects with what the first that failed to release failed with, when all have closed. */
  close(options?: CloseOptions): Promise<void> {
    return Promise.allSettled(this.services.map((service) => service.close(options))).then(
      (ends) => {
        const failed = ends.find((end) => end.status === 'rejected');
        if (failed) throw failed.reason;
      },
    );
  }
}

/**
 * Runs one piece of work with services started before and closed after it, and resolves to its last value.
 *
 * Acquires the resources of each service, then calls `work`, and in the end closes all of them: what they
 * have queued or in flight finishes, then each releases its resources, also when the work has failed. The
 * work may return a value, a promise, an async iterable or an Observable. It is given all of the services as
 * one, to pause and resume them, to wait until they are idle, or to close them early.
 *
 * ```text
 * acquire a, b ── work ───────────────── close a, b ── resolves
 *                   └ calls of a and b ┘
 * ```
 *
 * Rejects with what the work failed with, otherwise with what acquiring or releasing failed with; with
 * `InvalidOptionError` without services and for two services of one name.
 *
 * @example
 * const [one, two] = await runServices([fast, slow], () =>
 *   forkJoin([fast.call('one'), slow.call('two')]),
 * );
 */
export function runServices<T>(
  services: readonly RunnableService[],
  work: (running: RunningServices) => T,
): Promise<ValueOf<T>> {
  const checked = new Promise<void>((resolve) => {
    parseServices(services);
    checkNames(services);
    parseFunction('work', work);
    resolve();
  });
  return checked.then(() => runAndClose(services, work));
}

function runAndClose<T>(
  services: readonly RunnableService[],
  work: (running: RunningServices) => T,
): Promise<ValueOf<T>> {
  const running = new RunningServices(services);
  const started$ = services.map((service) => service.open());
  const run$ = concat(
    ...started$,
    defer(() => toObservable(work(running))),
  );
  return lastValueFrom(run$, { defaultValue: undefined as ValueOf<T> }).then(
    (value) => running.close().then(() => value),
    (error: unknown) => {
      const fail = () => {
        throw error;
      };
      return running.close().then(fail, fail);
    },
  );
}

function checkNames(services: readonly RunnableService[]): void {
  const names = services.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new InvalidOptionError(
    'services',
    `two named ${twice}`,
    'one of each name; tell them apart by serviceTag',
  );
}

function toObservable<T>(result: T): Observable<ValueOf<T>> {
  return isStream(result) ? from(result as Stream<ValueOf<T>>) : of(result as ValueOf<T>);
}

/** A text or a list is a value, though RxJS would take it for a stream of its parts. */
function isStream(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  return isObservable(result) || 'then' in result || Symbol.asyncIterator in result;
}
