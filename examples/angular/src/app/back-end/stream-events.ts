import { type HttpEvent, HttpEventType } from '@angular/common/http';
import { concatMap, from, type OperatorFunction } from 'rxjs';
import type { StreamEvent } from '../../../server/wire';
import { BackEndError } from './back-end-error';

const END = '\n\n';

/**
 * The events of an answer of `HttpClient` whose text grows. A `failed` one becomes an error, and so does an end before
 * the answer has ended.
 */
export function streamEvents(): OperatorFunction<HttpEvent<string>, StreamEvent> {
  return (http$) => {
    let read = 0;
    let isComplete = false;
    const eventsIn = (text: string): StreamEvent[] => {
      const end = text.lastIndexOf(END) + END.length;
      if (end <= read) return [];
      const events = text.slice(read, end).split(END).flatMap(parse);
      read = end;
      isComplete ||= events.some(({ type }) => type === 'answered');
      return events.map(checked);
    };
    return http$.pipe(
      concatMap((event) => {
        if (event.type === HttpEventType.DownloadProgress) {
          return from(eventsIn((event as { partialText?: string }).partialText ?? ''));
        }
        if (event.type !== HttpEventType.Response) return [];
        const events = eventsIn(event.body ?? '');
        if (!isComplete) throw new BackEndError('CUT_OFF', 'The connection was lost.');
        return from(events);
      }),
    );
  };
}

/** One event; those without data are comments and settings. */
function parse(text: string): StreamEvent[] {
  const data = /^data: (.*)$/m.exec(text)?.[1];
  return data === undefined ? [] : [JSON.parse(data) as StreamEvent];
}

function checked(event: StreamEvent): StreamEvent {
  if (event.type === 'failed') throw new BackEndError(event.code, event.message);
  return event;
}
