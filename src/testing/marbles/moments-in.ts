import type { MarbleMessage } from './parse-marbles.js';
import type { Moment } from './moment.js';
import { shownValue } from './shown-value.js';

/** The notifications of an Observable as moments: values by themselves, an error and an end as marbles draw them. */
export function momentsIn(messages: readonly MarbleMessage[]): Moment[] {
  return messages.map(({ frame, notification }) => ({
    at: frame,
    value: notification,
    text: textOf(notification),
  }));
}

function textOf(notification: MarbleMessage['notification']): string {
  if (notification.kind === 'C') return '|';
  if (notification.kind === 'N') return shownValue(notification.value);
  const { error } = notification as { readonly error: unknown };
  // What RxJS takes for `#` where a test says nothing else.
  return error === 'error' ? '#' : `# ${shownValue(error)}`;
}
