import { catchError, concat, defer, map, type Observable, of } from 'rxjs';
import type { Callable, CallEvent, CallOptions, Service } from '../index.js';
import type { CallState } from './call-state.js';
import { errorLike } from './error-like.js';

/** How responses make a value. */
export interface Fold<Response, Value> {
  readonly initialValue: Value;
  readonly accumulate: (value: Value, response: Response) => Value;
}

type Change<Value> = Partial<CallState<Value>>;
/** What is heard of a call: of one that is made through several services only its responses. */
type Heard<Response> =
  CallEvent<Response> | { readonly type: 'value'; readonly response: Response };

/** Makes one call, and tells what each of its steps changes in what is shown; it never errors. */
export function changesOf<Request, Response, Value>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: Request,
  options: () => CallOptions | undefined,
  { initialValue, accumulate }: Fold<Response, Value>,
): Observable<Change<Value>> {
  return defer(() => {
    let value = initialValue;
    const changes$ = heardOf(service, request, options()).pipe(
      map((heard): Change<Value> => {
        if (heard.type !== 'value') return stepIn(heard);
        value = accumulate(value, heard.response);
        return { status: 'streaming', value };
      }),
    );
    // As it was put together here, for a call without a response shows none of those before it.
    return concat(
      changes$,
      defer(() => of<Change<Value>>({ status: 'resolved', value, step: undefined })),
    );
  }).pipe(
    catchError((error: unknown) =>
      of<Change<Value>>({ status: 'error', error: errorLike(error), step: undefined }),
    ),
  );
}

function heardOf<Request, Response>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: Request,
  options: CallOptions | undefined,
): Observable<Heard<Response>> {
  return tellsSteps(service)
    ? service.callEvents(request, options)
    : service.call(request, options).pipe(map((response) => ({ type: 'value', response })));
}

function tellsSteps<Request, Response>(
  service: Pick<Callable<Request, Response>, 'call'>,
): service is Pick<Service<Request, Response>, 'call' | 'callEvents'> {
  return 'callEvents' in service && typeof service.callEvents === 'function';
}

function stepIn<Response>(
  event: Exclude<CallEvent<Response>, { readonly type: 'value' }>,
): Change<never> {
  switch (event.type) {
    case 'queued':
    case 'started':
    case 'retrying':
      return { step: event };
    default:
      return {}; // the end, which follows
  }
}
