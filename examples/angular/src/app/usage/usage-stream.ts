import {
  distinctUntilChanged,
  EMPTY,
  fromEvent,
  map,
  Observable,
  retry,
  startWith,
  switchMap,
  timer,
} from 'rxjs';
import type { UsageHistory, UsageSnapshot } from '../../../server/wire';

/** What the page knows. */
export interface Watched {
  /** How full each quota was before. */
  readonly history: UsageHistory;
  /** The latest that it was told. */
  readonly snapshot: UsageSnapshot | undefined;
  /** Whether it is still being told. */
  readonly isConnected: boolean;
}

export const NOTHING_YET: Watched = { history: {}, snapshot: undefined, isConnected: false };

const AGAIN_MS = 1_000;

/**
 * What the back end tells of its quota, for as long as somebody subscribes; it comes back after a break. A tab that
 * nobody sees leaves its connection to the others: a browser has six for all of them.
 */
export function usageStream(): Observable<Watched> {
  return fromEvent(document, 'visibilitychange').pipe(
    startWith(undefined),
    map(() => !document.hidden),
    distinctUntilChanged(),
    switchMap((isSeen) => (isSeen ? connection() : EMPTY)),
  );
}

function connection(): Observable<Watched> {
  return new Observable<Watched>((subscriber) => {
    const source = new EventSource('/api/usage');
    let watched = NOTHING_YET;
    const tell = (news: Partial<Watched>) => subscriber.next((watched = { ...watched, ...news }));
    source.addEventListener('history', ({ data }: MessageEvent<string>) => {
      watched = { ...watched, history: JSON.parse(data) as UsageHistory };
    });
    source.onmessage = ({ data }: MessageEvent<string>) => {
      tell({ snapshot: JSON.parse(data) as UsageSnapshot, isConnected: true });
    };
    source.onerror = () => {
      tell({ isConnected: false });
      // It tries again by itself after a lost connection, but not after an answer that is an error.
      if (source.readyState === EventSource.CLOSED) subscriber.error(new Error('refused'));
    };
    return () => source.close();
  }).pipe(retry({ delay: () => timer(AGAIN_MS) }));
}
