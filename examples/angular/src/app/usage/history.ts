import { type Observable, combineLatest, map, scan, timer } from 'rxjs';
import type { QuotaLevel } from '../../../server/wire';
import type { Watched } from './usage-stream';

/** How full a quota was: 1 is the whole of it. */
export interface Sample {
  readonly at: number;
  readonly share: number;
}

/** The latest samples of each quota, by unit. */
export type History = Readonly<Record<string, readonly Sample[]>>;

export const SHOWN_MS = 120_000;
const EVERY_MS = 500;

/** Notes twice a second how full each quota is, whether or not there is news; nothing while there is no connection. */
export function historyOf(watched$: Observable<Watched>): Observable<History> {
  return combineLatest([watched$, timer(0, EVERY_MS)]).pipe(
    map(([watched, tick]) => ({ watched, tick })),
    scan(
      ({ history, last }, { watched, tick }) => {
        if (tick === last || !watched.isConnected) return { history, last };
        return { history: withSamples(history, watched.snapshot?.quotas ?? []), last: tick };
      },
      { history: {} as History, last: -1 },
    ),
    map(({ history }) => history),
  );
}

function withSamples(history: History, quotas: readonly QuotaLevel[]): History {
  const at = performance.now();
  return Object.fromEntries(
    quotas.map(({ unit, used, limit }) => {
      const kept = (history[unit] ?? []).filter((sample) => sample.at > at - SHOWN_MS);
      return [unit, [...kept, { at, share: used / limit }]];
    }),
  );
}
