import { Observable, retry, timer } from 'rxjs';
import type { UsageSnapshot } from '../../../server/wire';

/** What the page knows: the latest it was told, and whether it is still being told. */
export interface Watched {
  readonly snapshot: UsageSnapshot | undefined;
  readonly isConnected: boolean;
}

const AGAIN_MS = 1_000;

/** What the back end tells of its quota, for as long as somebody subscribes; it comes back after a break. */
export function usageStream(): Observable<Watched> {
  return new Observable<Watched>((subscriber) => {
    const source = new EventSource('/api/usage');
    let snapshot: UsageSnapshot | undefined;
    source.onmessage = ({ data }: MessageEvent<string>) => {
      snapshot = JSON.parse(data) as UsageSnapshot;
      subscriber.next({ snapshot, isConnected: true });
    };
    source.onerror = () => {
      subscriber.next({ snapshot, isConnected: false });
      // It tries again by itself after a lost connection, but not after an answer that is an error.
      if (source.readyState === EventSource.CLOSED) subscriber.error(new Error('refused'));
    };
    return () => source.close();
  }).pipe(retry({ delay: () => timer(AGAIN_MS) }));
}
