import type { ServerResponse } from 'node:http';
import { lastValueFrom, type Observable, reduce, takeUntil } from 'rxjs';
import type { CallEvent } from 'rxllm';
import { goneOf } from './events.js';
import { taskOf } from './notes.js';
import type { Provider } from './provider.js';
import { sendJson } from './send.js';
import { tokensIn } from './tokens-in.js';
import type { Answer, AskRequest } from './wire.js';

const NOTHING: Answer = { text: '', tokens: 0 };

/** `POST /api/ask`: one answer, as a whole. When the browser goes away the call is cancelled. */
export async function ask(
  { service, usageTracker }: Provider,
  { prompt, priority, tenant }: AskRequest,
  response: ServerResponse,
): Promise<void> {
  const events$ = service.callEvents({ ...taskOf(prompt), usageTracker }, { priority, tenant });
  const answer$ = answerIn(events$).pipe(takeUntil(goneOf(response)));
  const answer = await lastValueFrom(answer$, { defaultValue: undefined });
  if (answer) sendJson(response, 200, answer);
}

function answerIn(events$: Observable<CallEvent<string>>): Observable<Answer> {
  return events$.pipe(
    reduce((answer, event) => {
      if (event.type === 'value') return { ...answer, text: answer.text + event.response };
      return event.type === 'usage' ? { ...answer, tokens: tokensIn(event.usage) } : answer;
    }, NOTHING),
  );
}
