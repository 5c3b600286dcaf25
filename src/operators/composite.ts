import { defer, type MonoTypeOperatorFunction, Observable, takeUntil } from 'rxjs';
import { onAbort } from '../call/abort-listeners.js';
import type { CallOptions } from '../call/call-options.js';
import { parseCallOptions } from '../options/call.js';
import { PromiseReply } from '../call/promise-reply.js';
import type { Callable } from './callable.js';

/** What makes one composite differ from another. */
interface Parts<Request, Response> {
  /** `fallback`, `balance`, … */
  readonly kind: string;
  /** Who it is made of. */
  readonly of: readonly { readonly name: string }[];
  /** Makes the call of one subscription; the caller's signal ends it from outside. */
  readonly start: (request: Request, options: CallOptions | undefined) => Observable<Response>;
  readonly expectedWait: (request: Request, options: CallOptions | undefined) => number;
}

/** Makes of a way to start calls a thing that can be called as a service can. */
export function composite<Request, Response>(
  parts: Parts<Request, Response>,
): Callable<Request, Response> {
  const name = `${parts.kind}(${parts.of.map((part) => part.name).join(', ')})`;
  const call = (request: Request, options?: CallOptions) => {
    if (options) parseCallOptions(options);
    return defer(() => parts.start(request, options)).pipe(untilAborted(options?.signal));
  };
  const callAsync = (request: Request, options?: CallOptions) =>
    new Promise<Response>((resolve, reject) => {
      call(request, options).subscribe(new PromiseReply(resolve, reject, name));
    });
  const expectedWait = (request: Request, options?: CallOptions) =>
    parts.expectedWait(request, options);
  return { name, call, callAsync, expectedWait };
}

/** Errors with the signal's reason when it fires, and before anything begins when it has fired. */
function untilAborted<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  return (source) => (signal ? source.pipe(takeUntil(abortOf(signal))) : source);
}

function abortOf(signal: AbortSignal): Observable<never> {
  return new Observable((subscriber) => {
    const fail = () => {
      subscriber.error(signal.reason);
    };
    if (signal.aborted) fail();
    else subscriber.add(onAbort(signal, fail));
  });
}
