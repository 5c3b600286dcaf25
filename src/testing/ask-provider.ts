import { concatMap, type Observable, of, type SchedulerLike, throwError } from 'rxjs';
import { readRateLimits } from '../headers/index.js';
import { type CallContext, monotonicScheduler } from '../index.js';
import {
  exchange,
  type ExchangeEvent,
  type HeaderValues,
  type SimulatedProvider,
  type SimulatedRequest,
} from '../provider/index.js';
import { networkError } from './network-error.js';
import { providerError } from './provider-error.js';

/** What has come of an answer by now. */
export interface SimulatedAnswer {
  readonly promptTokens: number;
  /** Tokens of the answer that have come. */
  readonly outputTokens: number;
  /** Whether that is all of it. */
  readonly isWhole: boolean;
}

/** Options of `askProvider`. */
export interface AskProviderOptions {
  /** What `process` was given: the limits that the provider tells are handed on to it. */
  readonly context?: Pick<CallContext, 'reportLimits'>;
  /** The source of time. Default `monotonicScheduler`, which is virtual in `runMarbles`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Sends one request to a simulated provider, as the client of a real one would: answers come as responses, refusals
 * and faults as errors.
 *
 * A streamed request (`stream: true`) has several responses, each with all tokens so far, any other has one. Errors
 * are those of SDKs: a status, headers and body (429, 500, 529), `ECONNRESET` where the stream breaks. The fault
 * `hang` never ends. Unsubscribing is a client that goes away.
 *
 * @example
 * const provider = new SimulatedProvider({ tokensPerWindow: 10_000, faults: { bare429: 0.05 }, seed: 7 });
 * const service = LLMService.of({
 *   modelName: 'simulated',
 *   failureOf: readFailure, // of rxllm/headers: reads all that the provider tells
 *   process: (tokens: number, context) =>
 *     askProvider(provider, { promptTokens: tokens, outputTokens: 100 }, { context }),
 * });
 */
export function askProvider(
  provider: SimulatedProvider,
  request: SimulatedRequest,
  { context, scheduler = monotonicScheduler }: AskProviderOptions = {},
): Observable<SimulatedAnswer> {
  const hear = (headers: HeaderValues) =>
    context?.reportLimits(readRateLimits({ status: 200, headers, now: scheduler.now() }));
  return exchange(provider, request, scheduler).pipe(
    concatMap((event) => {
      if (event.kind === 'progress' || event.kind === 'answered') {
        hear(event.admitted.headers);
        return of(answerOf(event));
      }
      return throwError(() => errorOf(event));
    }),
  );
}

type AnswerEvent = Extract<ExchangeEvent, { kind: 'progress' | 'answered' }>;

function answerOf({ kind, admitted, tokens }: AnswerEvent): SimulatedAnswer {
  const { promptTokens } = admitted.request;
  return { promptTokens, outputTokens: tokens, isWhole: kind === 'answered' };
}

/** What an SDK throws. */
function errorOf(event: Exclude<ExchangeEvent, AnswerEvent>): Error {
  if (event.kind === 'broken') return networkError('ECONNRESET');
  return providerError(event.status, event.headers, event.body);
}
