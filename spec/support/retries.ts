import { Observable, of, throwError } from 'rxjs';
import {
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  type RetryOptions,
  type ServiceEvent,
} from '../../src/index.js';
import type { marbles } from './marbles.js';
import { providerError } from './provider-error.js';

export type Process<Response = string> = LLMServiceFunctions<string, Response>['process'];
type Cold = Parameters<Parameters<typeof marbles>[0]>[0]['cold'];

/** An error that may pass. */
export const BROKEN = providerError(500);

/** Waits 4 ms after the first failure, 8 after the second; no budget. */
const RETRY: RetryOptions = { baseMs: 4, random: () => 1, share: Infinity };

/** A service that tries again. */
export function serviceOf<Response = string>(
  process: Process<Response>,
  { retry, ...options }: Partial<LLMServiceOptions> = {},
): LLMService<string, Response> {
  return LLMService.of({ modelName: 'm', ...options, retry: { ...RETRY, ...retry }, process });
}

/** Each try plays the next of a request's marbles, in which `#` is an error that may pass. */
export function playing(
  cold: Cold,
  options?: Partial<LLMServiceOptions>,
): LLMService<string, string> {
  const play: Process = (request, { attempt }) =>
    cold(request.split(' ')[attempt - 1] ?? '|', undefined, BROKEN);
  return serviceOf(play, options);
}

/** Fails so many times, then answers with how often it was tried. */
export function failing(times: number, error: unknown = BROKEN): Process<number> {
  return (_, { attempt }) => (attempt > times ? of(attempt) : throwError(() => error));
}

/** What becomes of a call: its answers, then `'|'` or its error. */
export function endsOf(call$: Observable<unknown>): unknown[] {
  const ends: unknown[] = [];
  call$.subscribe({
    next: (response) => ends.push(response),
    error: (error: unknown) => ends.push(error),
    complete: () => ends.push('|'),
  });
  return ends;
}

/** Each step of each call: when, which call, what, which try. */
export function stepsOf({ events$ }: { readonly events$: Observable<ServiceEvent> }): string[] {
  const steps: string[] = [];
  events$.subscribe((event) => {
    const attempt = 'attempt' in event ? ` ${event.attempt}` : '';
    steps.push(`${event.at}: ${event.callId ?? '-'} ${event.type}${attempt}`);
  });
  return steps;
}
