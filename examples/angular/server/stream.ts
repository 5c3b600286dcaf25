import type { ServerResponse } from 'node:http';
import { catchError, EMPTY, map, mergeMap, type Observable, of } from 'rxjs';
import type { CallEvent } from 'rxllm';
import { eventText, sendEvents } from './events.js';
import { failureOf } from './failure.js';
import { questionOf } from './notes.js';
import type { Provider } from './provider.js';
import { tokensIn } from './tokens-in.js';
import type { AskRequest, StreamEvent } from './wire.js';

/**
 * `POST /api/stream`: an answer piece by piece, with what becomes of the call before and after. When the browser goes
 * away the call is cancelled, wherever it is.
 */
export function stream(
  { service, usageTracker }: Provider,
  { prompt, priority, tenant }: AskRequest,
  response: ServerResponse,
): void {
  const events$ = service.callEvents({ ...questionOf(prompt), usageTracker }, { priority, tenant });
  sendEvents(response, toldOf(events$).pipe(map(eventText)));
}

function toldOf(events$: Observable<CallEvent<string>>): Observable<StreamEvent> {
  let tokens = 0;
  return events$.pipe(
    mergeMap((event): Observable<StreamEvent> => {
      if (event.type === 'usage') tokens = tokensIn(event.usage);
      const told = toldOfOne(event, tokens);
      return told ? of(told) : EMPTY;
    }),
    catchError((error: unknown) => {
      const { code, message } = failureOf(error);
      return of({ type: 'failed', code, message } as const);
    }),
  );
}

function toldOfOne(event: CallEvent<string>, tokens: number): StreamEvent | undefined {
  switch (event.type) {
    case 'queued':
      return {
        type: 'queued',
        position: event.position,
        promptTokens: event.cost['inputTokens'] ?? 0,
      };
    case 'started':
      return { type: 'started', waitMs: event.waitMs };
    case 'value':
      return { type: 'piece', text: event.response };
    case 'retrying':
      return { type: 'retrying', delayMs: event.delayMs };
    case 'result':
      return { type: 'answered', tokens, runMs: event.runMs };
    default:
      return undefined;
  }
}
