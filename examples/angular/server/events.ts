import type { ServerResponse } from 'node:http';
import { fromEvent, type Observable, takeUntil } from 'rxjs';
import { beginEvents } from './send.js';

/** Tells when the browser has gone, or the response has ended. */
export function goneOf(response: ServerResponse): Observable<unknown> {
  return fromEvent(response, 'close');
}

/** Sends each value as a server-sent event, and unsubscribes when the browser goes away. */
export function sendEvents(response: ServerResponse, texts$: Observable<string>): void {
  beginEvents(response);
  texts$.pipe(takeUntil(goneOf(response))).subscribe({
    next: (text) => response.write(text),
    error: () => response.destroy(),
    complete: () => response.end(),
  });
}

/** As it goes over the wire; JSON has no line breaks. */
export function eventText(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
