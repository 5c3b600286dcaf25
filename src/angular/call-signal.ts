import { assertInInjectionContext, computed, inject, Injector } from '@angular/core';
import type { Callable } from '../index.js';
import { parseCallable, parseRequest } from './arguments.js';
import { changesOf, type Fold } from './call-changes.js';
import type {
  AccumulatingOptions,
  CallSignalOptions,
  InitialValueOptions,
  LatestResponseOptions,
} from './call-signal-options.js';
import type { CallSignal } from './call-signal-shape.js';
import { isLoading } from './call-state.js';
import { LatestCall } from './latest-call.js';
import { parseCallSignal } from './options.js';

/**
 * Makes a call of the latest request, and shows it as signals: value, status, error, where it is.
 *
 * `request` reads signals. Whenever what it gives changes, the call before is cancelled, as by `switchMap`: one that
 * was still queued has used nothing, of one in flight the permit is free. `undefined` means none, and the same value
 * again (by `Object.is`) is no new request. Calls are made as Angular runs effects, with change detection; the signals
 * say so at once.
 *
 * ```text
 * request   undefined    'hel'      'hello'                 undefined
 * status    idle         loading    loading    streaming    resolved    idle
 * value     ''           ''         ''         y, yo, you   you         ''
 * call                   ^─────── × ^──────── y ─ o ─ u|
 * ```
 *
 * - The value is the latest response. With `accumulate` it is what all responses make: a text that streams in.
 * - The words are those of Angular's `resource`. Unlike there, `value()` never throws: after an error it is what had
 *   come until then, `hasValue()` is false, and the error is in `error()`. An error of `request` is shown the same way.
 * - The call is cancelled with the component, and nothing is set afterwards. While a call is under way the application
 *   is not stable: `whenStable()` of a test waits for it, and so does rendering on a server.
 * - `service` may be several made into one (`fallback`, `balance`, …), or one of `rxllm/lite`; `step()` is then undefined.
 *
 * @example
 * class Ask {
 *   readonly prompt = signal<string | undefined>(undefined);
 *   readonly answer = callSignal(injectLLMService(CHAT), this.prompt, {
 *     initialValue: '',
 *     accumulate: (text, piece) => text + piece,
 *   });
 * }
 *
 * @throws InvalidOptionError for options that are unknown or not allowed, and for what is no service or no function;
 * Angular's NG0203 outside of an injection context, where no `injector` is given.
 */
export function callSignal<Request, Response, Value>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: () => NoInfer<Request> | undefined,
  options: AccumulatingOptions<NoInfer<Request>, NoInfer<Response>, Value>,
): CallSignal<Value>;
export function callSignal<Request, Response, Value>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: () => NoInfer<Request> | undefined,
  options: CallSignalOptions<NoInfer<Request>> & {
    readonly initialValue?: undefined;
    readonly accumulate: (value: Value | undefined, response: NoInfer<Response>) => Value;
  },
): CallSignal<Value | undefined>;
export function callSignal<Request, Response, Initial>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: () => NoInfer<Request> | undefined,
  options: InitialValueOptions<NoInfer<Request>, Initial>,
): CallSignal<Response | Initial>;
export function callSignal<Request, Response>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: () => NoInfer<Request> | undefined,
  options?: LatestResponseOptions<NoInfer<Request>>,
): CallSignal<Response | undefined>;
export function callSignal<Request, Response, Value>(
  service: Pick<Callable<Request, Response>, 'call'>,
  request: () => Request | undefined,
  options: CallSignalOptions<Request> & Partial<GivenFold<Response, Value>> = {},
): CallSignal<Value> {
  const { callOptions, injector } = parseCallSignal(options);
  parseCallable(service);
  parseRequest(request);
  if (!injector) assertInInjectionContext(callSignal);
  const fold = foldOf(options);
  const optionsOf = (one: Request) =>
    typeof callOptions === 'function' ? callOptions(one) : callOptions;
  return signalsOf(
    new LatestCall({
      request,
      initialValue: fold.initialValue,
      injector: injector ?? inject(Injector),
      call: (one: Request) => changesOf(service, one, () => optionsOf(one), fold),
    }),
  );
}

type GivenFold<Response, Value> = {
  readonly [Name in keyof Fold<Response, Value>]: Fold<Response, Value>[Name] | undefined;
};

/** By the overloads a response is a value where nothing accumulates, and undefined is one where none is initial. */
function foldOf<Response, Value>({
  initialValue,
  accumulate,
}: Partial<GivenFold<Response, Value>>): Fold<Response, Value> {
  const latest = (_before: Value, response: Response) => response as unknown as Value;
  return { initialValue: initialValue as Value, accumulate: accumulate ?? latest };
}

function signalsOf<Request, Value>(latest: LatestCall<Request, Value>): CallSignal<Value> {
  const { state } = latest;
  const value = computed(() => state().value);
  return {
    value,
    status: computed(() => state().status),
    error: computed(() => state().error),
    isLoading: computed(() => isLoading(state())),
    step: computed(() => state().step),
    hasValue: () => state().status !== 'error' && value() !== undefined,
    reload: () => latest.reload(),
    cancel: () => latest.cancel(),
  } as CallSignal<Value>;
}
