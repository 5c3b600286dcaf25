import {
  concat,
  defer,
  finalize,
  map,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import { openAIError, type OpenAIErrorBody } from './openai-error.js';
import type { SimulatedProvider } from './simulated-provider.js';
import type {
  AdmittedRequest,
  Ending,
  HeaderValues,
  RefusedRequest,
  SimulatedRequest,
} from './simulated-request.js';

/** What a client of the provider sees of one request, in this order. */
export type ExchangeEvent =
  /** Refused: nothing follows. */
  | RefusedRequest
  /** So many tokens of a streamed answer have come by now. */
  | { readonly kind: 'progress'; readonly admitted: AdmittedRequest; readonly tokens: number }
  /** The whole answer has come: nothing follows. */
  | { readonly kind: 'answered'; readonly admitted: AdmittedRequest; readonly tokens: number }
  /** The provider failed after it had admitted: nothing follows. */
  | {
      readonly kind: 'failed';
      readonly admitted: AdmittedRequest;
      readonly status: 500;
      readonly headers: HeaderValues;
      readonly body: OpenAIErrorBody;
    }
  /** The connection broke in the middle of the answer: nothing follows. */
  | { readonly kind: 'broken'; readonly admitted: AdmittedRequest; readonly tokens: number };

/** Timers nearer to each other than this, in ms, are set as one: real ones could not keep up. */
const LEAST_GAP_MS = 5;

/** Word for word as OpenAI's documentation of error codes has it. */
const SERVER_ERROR = 'The server had an error while processing your request. Sorry about that!';

/**
 * One request to a simulated provider in the time of `scheduler`, with everything that happens on
 * the way: the network's delay, admission, the latency of each token, injected faults.
 *
 * Nothing happens until someone subscribes. Unsubscribing before the end is a client that goes away:
 * the provider stops its work and counts it as `aborted`. A request that meets the fault `hang`
 * neither emits nor completes. It never errors.
 *
 * @example
 * const scheduler = new VirtualTimeScheduler();
 * const provider = new SimulatedProvider({ requestsPerWindow: 1 });
 * const request = { promptTokens: 10, outputTokens: 20 };
 * exchange(provider, request, scheduler).subscribe(({ kind }) => console.log(kind)); // answered
 * exchange(provider, request, scheduler).subscribe(({ kind }) => console.log(kind)); // refused
 * scheduler.flush();
 */
export function exchange(
  provider: SimulatedProvider,
  request: SimulatedRequest,
  scheduler: SchedulerLike,
): Observable<ExchangeEvent> {
  const arrival$ = defer(() => {
    const admission = provider.admit(request, scheduler.now());
    return admission.kind === 'refused' ? of(admission) : answer(provider, admission, scheduler);
  });
  return defer(() => {
    const delay = provider.networkMs();
    return delay > 0 ? timer(delay, scheduler).pipe(switchMap(() => arrival$)) : arrival$;
  });
}

function answer(
  provider: SimulatedProvider,
  admitted: AdmittedRequest,
  scheduler: SchedulerLike,
): Observable<ExchangeEvent> {
  let ending: Ending = 'aborted';
  let tokens = 0;
  return events(admitted, scheduler).pipe(
    tap((event) => {
      if ('tokens' in event) tokens = event.tokens;
      if (event.kind !== 'progress' && event.kind !== 'refused') ending = event.kind;
    }),
    finalize(() => provider.settle(admitted, ending, tokens, scheduler.now())),
  );
}

function events(admitted: AdmittedRequest, scheduler: SchedulerLike): Observable<ExchangeEvent> {
  const { pace, request, headers, fault } = admitted;
  const at = (ms: number, event: ExchangeEvent) => timer(ms, scheduler).pipe(map(() => event));
  if (fault === 'hang') return NEVER;
  if (fault === 'status500') {
    const body = openAIError(SERVER_ERROR, 'server_error');
    return at(pace.firstTokenMs, { kind: 'failed', admitted, status: 500, headers, body });
  }
  const broken = fault === 'brokenStream';
  const tokens = broken ? Math.floor(request.outputTokens / 2) : request.outputTokens;
  const end: ExchangeEvent = { kind: broken ? 'broken' : 'answered', admitted, tokens };
  return request.stream
    ? concat(progress(admitted, tokens, scheduler), of(end))
    : at(pace.firstTokenMs + pace.perTokenMs * tokens, end);
}

/** Tells of the tokens as they come, at most one event every `LEAST_GAP_MS`. */
function progress(
  admitted: AdmittedRequest,
  tokens: number,
  scheduler: SchedulerLike,
): Observable<ExchangeEvent> {
  const { firstTokenMs, perTokenMs } = admitted.pace;
  const perEvent = Math.max(1, perTokenMs > 0 ? Math.ceil(LEAST_GAP_MS / perTokenMs) : tokens);
  return timer(firstTokenMs, perEvent * perTokenMs, scheduler).pipe(
    take(Math.max(1, Math.ceil(tokens / perEvent))),
    map((n) => ({ kind: 'progress', admitted, tokens: Math.min(tokens, (n + 1) * perEvent) })),
  );
}
