import type { Moment } from './marbles/moment.js';
import { momentsIn } from './marbles/moments-in.js';
import type { MarbleMessage } from './marbles/parse-marbles.js';
import { TimelineMismatchError } from './timeline-mismatch-error.js';

/** What RxJS compares: the notifications of an Observable, or when there were subscriptions. */
type Log = MarbleMessage | { readonly subscribedFrame: number; readonly unsubscribedFrame: number };

/** How what RxJS has logged differs from what was expected of it. */
export function mismatch(actual: unknown, expected: unknown): Error {
  const [got, wanted] = [actual as Log[], expected as Log[]];
  const isOfSubscriptions = [...got, ...wanted].some((log) => 'subscribedFrame' in log);
  const what = isOfSubscriptions
    ? 'an Observable was subscribed to at other times than expected'
    : 'an Observable has emitted other than expected';
  return new TimelineMismatchError(what, timelineOf(wanted), timelineOf(got));
}

function timelineOf(logs: readonly Log[]): Moment[] {
  return logs.flatMap((log) =>
    'notification' in log
      ? momentsIn([log])
      : [momentOf('^', log.subscribedFrame), momentOf('!', log.unsubscribedFrame)],
  );
}

/** Of what was never unsubscribed from, the end is at Infinity. */
function momentOf(text: string, at: number): Moment {
  return { at, value: text, text };
}
