import { combineLatest, map, type Observable, scan, timer } from 'rxjs';
import type { UsageHistory } from '../../../server/wire';
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
/** How far apart those are that the back end has kept. */
const KEPT_EVERY_MS = 1_000;

/** What has been drawn of what was told. */
interface Drawn {
  readonly history: History;
  readonly kept: UsageHistory | undefined;
  readonly tick: number;
}

/** Notes twice a second how full each quota is, whether or not there is news; nothing while there is no connection. */
export function historyOf(watched$: Observable<Watched>): Observable<History> {
  return combineLatest([watched$, timer(0, EVERY_MS)]).pipe(
    scan((drawn, [watched, tick]) => withNews(drawn, watched, tick), {
      ...{ history: {}, kept: undefined, tick: -1 },
    } as Drawn),
    map(({ history }) => history),
  );
}

function withNews(drawn: Drawn, watched: Watched, tick: number): Drawn {
  if (tick === drawn.tick || !watched.isConnected) return drawn;
  const { history: kept, snapshot } = watched;
  const at = performance.now();
  // Told once for each connection: it begins anew with what is kept there.
  const before = kept === drawn.kept ? drawn.history : samplesOf(kept, at);
  const quotas = snapshot?.quotas ?? [];
  const history = quotas.map(({ unit, used, limit }) => {
    const shown = (before[unit] ?? []).filter((sample) => sample.at > at - SHOWN_MS);
    return [unit, [...shown, { at, share: used / limit }]] as const;
  });
  return { history: Object.fromEntries(history), kept, tick };
}

function samplesOf(kept: UsageHistory, now: number): History {
  const samples = Object.entries(kept).map(([unit, shares]) => {
    const agoOf = (index: number) => (shares.length - index) * KEPT_EVERY_MS;
    return [unit, shares.map((share, index) => ({ share, at: now - agoOf(index) }))] as const;
  });
  return Object.fromEntries(samples);
}
