import { isDeepStrictEqual } from 'node:util';
import { config, distinctUntilChanged, type Observable, Subject, type Subscription } from 'rxjs';
import {
  type CallContext,
  type CallOptions,
  type FixedQuota,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
} from '../../src/lite/index.js';
import { VirtualTime } from '../support/virtual-time.js';

type Options = Partial<LLMServiceOptions & LLMServiceFunctions<string, string>>;

/** A quota whose window is exactly that long. */
export const perWindow = (unit: string, limit: number, windowMs: number): FixedQuota => ({
  ...{ unit, limit, windowMs },
  marginMs: 0,
});

/** A service in virtual time whose calls run until they are ended by hand; requests such as `'a 40'`: a name, what it costs. */
export class Station {
  readonly time: VirtualTime;
  readonly service: LLMService<string, string>;
  /** Each start: when, which. */
  readonly started: string[] = [];
  /** The answers of each try that has started, by request. */
  readonly works: Record<string, Subject<string>> = {};
  readonly contexts: Record<string, CallContext> = {};
  /** What became of each call: its answers, then `'|'` or its error. */
  readonly heard: Record<string, unknown[]> = {};
  readonly calls: Record<string, Subscription> = {};

  constructor({ process, ...options }: Options = {}, time = new VirtualTime()) {
    this.time = time;
    this.service = LLMService.of<string, string>({
      modelName: 'm',
      scheduler: time,
      ...(options.quotas?.some(({ unit }) => unit === 'tokens') && {
        costOf: (request: string) => ({ tokens: Number(request.split(' ')[1]) }),
      }),
      ...options,
      process: (request, context) => {
        this.started.push(`${time.now()} ${request}`);
        this.contexts[request] = context;
        return process ? process(request, context) : (this.works[request] = new Subject());
      },
    });
  }

  get state() {
    return this.service.toJSON();
  }

  /** Makes each call at once, in this order. */
  call(...requests: readonly string[]): void {
    for (const request of requests) this.callWith(request, {});
  }

  callWith(request: string, options: CallOptions): Subscription {
    const heard: unknown[] = (this.heard[request] = []);
    return (this.calls[request] = this.service.call(request, options).subscribe({
      next: (response) => heard.push(response),
      error: (error: unknown) => heard.push(error),
      complete: () => heard.push('|'),
    }));
  }

  /** Ends the work of each. */
  end(...requests: readonly string[]): void {
    for (const request of requests) this.works[request]?.complete();
  }

  leave(...requests: readonly string[]): void {
    for (const request of requests) this.calls[request]?.unsubscribe();
  }
}

/** All that it emits until now, then `'|'` when it has completed. */
export function told<T>(source$: Observable<T>): (T | '|')[] {
  const values: (T | '|')[] = [];
  source$.subscribe({ next: (value) => values.push(value), complete: () => values.push('|') });
  return values;
}

/** What it emits without what is told again: whatever moves in a service tells all of its state. */
export function changes<T>(source$: Observable<T>): Observable<T> {
  return source$.pipe(distinctUntilChanged((one, other) => isDeepStrictEqual(one, other)));
}

/** What RxJS reports of errors that nobody handles: for one spec, which would fail by them otherwise. */
export class Faults {
  readonly #faults: unknown[] = [];

  constructor() {
    beforeEach(() => {
      this.#faults.length = 0;
      config.onUnhandledError = (fault) => this.#faults.push(fault);
    });
    afterEach(async () => {
      await this.told();
      config.onUnhandledError = null;
    });
  }

  /** All until now: each is reported by a timer that is set before this one. */
  told(): Promise<readonly unknown[]> {
    return new Promise((resolve) => {
      setTimeout(() => {
        resolve(this.#faults);
      });
    });
  }
}
