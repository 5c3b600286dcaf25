import { type HttpEvent, HttpEventType } from '@angular/common/http';
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  map,
  type ObservableInput,
  type OperatorFunction,
  throwError,
} from 'rxjs';
import type { StreamEvent } from '../../../server/wire';
import { BackEndError } from './back-end-error';

const END = '\n\n';

/**
 * The events of an answer of `HttpClient` whose text grows. A `failed` one becomes an error, and so does an end before
 * the answer has ended; what has come before is told first.
 */
export function streamEvents(): OperatorFunction<HttpEvent<string>, StreamEvent> {
  return (http$) =>
    defer(() => {
      let read = 0;
      let isComplete = false;
      const newIn = (text: string): StreamEvent[] => {
        const end = text.lastIndexOf(END);
        if (end < read) return []; // none that is whole
        const events = text.slice(read, end).split(END).flatMap(parse);
        read = end + END.length;
        isComplete ||= events.some(({ type }) => type === 'answered');
        return events;
      };
      return http$.pipe(
        concatMap((event): ObservableInput<StreamEvent> => {
          if (event.type === HttpEventType.DownloadProgress) return newIn(textOf(event));
          if (event.type !== HttpEventType.Response) return [];
          return concat(newIn(event.body ?? ''), isComplete ? EMPTY : throwError(cutOff));
        }),
        map(checked),
      );
    });
}

function textOf({ partialText = '' }: { readonly partialText?: string }): string {
  return partialText;
}

function cutOff(): BackEndError {
  return new BackEndError('CUT_OFF', 'The connection was lost.');
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
