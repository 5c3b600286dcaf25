import { lastValueFrom, Observable } from 'rxjs';
import type { CallOptions } from '../../src/call/call-options.js';
import type { Callable } from '../../src/operators/callable.js';

type Responses<Response> = (request: string, options?: CallOptions) => Observable<Response>;

/** Responds as it is told, and tells what it was asked. */
export class FakeCallable<Response = string> implements Callable<string, Response> {
  /** The request of each call that was made. */
  readonly requests: string[] = [];
  /** The options of each call that was made. */
  readonly options: (CallOptions | undefined)[] = [];
  /** What was asked of its expected wait. */
  readonly asked: [string, CallOptions | undefined][] = [];
  private readonly responses: Responses<Response>;

  constructor(
    responses: Observable<Response> | Responses<Response>,
    /** What it expects, in ms, or fails with. */
    public wait: number | Error = 0,
    readonly name = 'fake',
  ) {
    this.responses = responses instanceof Observable ? () => responses : responses;
  }

  call(request: string, options?: CallOptions): Observable<Response> {
    this.requests.push(request);
    this.options.push(options);
    return this.responses(request, options);
  }

  callAsync(request: string, options?: CallOptions): Promise<Response> {
    return lastValueFrom(this.call(request, options));
  }

  expectedWait(request: string, options?: CallOptions): number {
    this.asked.push([request, options]);
    if (this.wait instanceof Error) throw this.wait;
    return this.wait;
  }
}

const call = () => {};

/** Everything that is not a callable. */
export const NOT_CALLABLES = [
  undefined,
  null,
  5,
  'a',
  {},
  call,
  { call, callAsync: call, expectedWait: call },
  { name: 'a', callAsync: call, expectedWait: call },
  { name: 'a', call, expectedWait: call },
  { name: 'a', call, callAsync: call },
];

/** What a subscriber hears: its values, then `'|'`, or its error. */
export function heard(source: Observable<unknown>): unknown[] {
  const all: unknown[] = [];
  source.subscribe({
    next: (value) => all.push(value),
    error: (error: unknown) => all.push(error),
    complete: () => all.push('|'),
  });
  return all;
}
