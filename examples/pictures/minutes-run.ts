// The proof of quotas (spec/quota-proof, `npm run bench:quota`): its provider, its workload and its two
// clients, of which the picture shows what the provider counted.
import { accountingOf } from '../../spec/quota-proof/accounting.js';
import { type ClientParts, original, rxllm } from '../../spec/quota-proof/client.js';
import { type Charged, MeteredProvider } from '../../spec/quota-proof/metered-provider.js';
import { tiledFill } from '../../spec/quota-proof/window-fill.js';
import { workload } from '../../spec/quota-proof/workload.js';
import { VirtualTime } from '../../spec/support/virtual-time.js';
import type { Level } from './level.js';

export const LIMIT = 200_000;
export const WINDOW_MS = 60_000;
export const MARGIN_MS = 250;
export const MINUTES = 15;
export const SEED = 1;

const CLIENTS = { rxllm, original };
const NETWORK_MS = [20, 200] as const;
/** So many calls wait at any time. */
const QUEUED = 100;

export type Lull = readonly [from: number, until: number];

/** What the provider saw of one client; times in ms. */
export interface MinutesRun {
  /** What it counted in the minute before. */
  readonly levels: readonly Level[];
  /** From when to when less than half of the limit was used, once more had been. */
  readonly lulls: readonly Lull[];
  /** When it answered 429. */
  readonly refusedAt: readonly number[];
  /** All that was charged, as a share of what all minutes grant. */
  readonly usedShare: number;
}

export function runMinutes(name: keyof typeof CLIENTS): MinutesRun {
  const scheduler = new VirtualTime();
  const provider = new WatchedProvider({
    limitModel: 'sliding-log',
    charge: 'real',
    seed: SEED,
    networkMs: NETWORK_MS,
    tokensPerWindow: LIMIT,
  });
  const lengthMs = MINUTES * WINDOW_MS;
  keepBusy(CLIENTS[name], { provider, scheduler });
  scheduler.advanceTo(lengthMs);
  const { account, refusedAt } = provider;
  const grants = { tokens: LIMIT, requests: Infinity };
  const usedShare = tiledFill(account, grants, WINDOW_MS, [0, lengthMs]);
  const levels = levelsOf(account);
  return { levels, lulls: lullsIn(levels), refusedAt, usedShare };
}

/** Queues calls, and one more for each that is sent. */
function keepBusy(
  clientOf: (parts: ClientParts) => ReturnType<typeof rxllm>,
  parts: Pick<ClientParts, 'provider' | 'scheduler'>,
): void {
  const nextRequest = workload(SEED);
  const client = clientOf({
    ...parts,
    tokensPerMinute: LIMIT,
    requestsPerMinute: undefined,
    learnsOutput: false,
    accounting: accountingOf('real'),
    quota: { marginMs: MARGIN_MS },
    onStart: queueOne,
  });
  for (let queued = 0; queued < QUEUED; queued++) queueOne();

  function queueOne(): void {
    client.call(nextRequest()).subscribe({ error: () => {} });
  }
}

class WatchedProvider extends MeteredProvider {
  readonly refusedAt: number[] = [];

  override admit(...[request, now]: Parameters<MeteredProvider['admit']>) {
    const admission = super.admit(request, now);
    if (admission.kind === 'refused') this.refusedAt.push(now);
    return admission;
  }
}

function levelsOf(account: readonly Charged[]): Level[] {
  const changes = account.flatMap(({ at, tokens }) => [
    { at, change: tokens },
    { at: at + WINDOW_MS, change: -tokens },
  ]);
  changes.sort((one, other) => one.at - other.at);
  let tokens = 0;
  return changes.map(({ at, change }) => ({ at, tokens: (tokens += change) }));
}

/** Without the last one, in which the run ends. */
function lullsIn(levels: readonly Level[]): Lull[] {
  const isLow = ({ tokens }: Level) => tokens < LIMIT / 2;
  const turns = levels.slice(1).filter((level, index) => isLow(level) !== isLow(levels[index]!));
  return turns.flatMap((level, index) => {
    const until = turns[index + 1]?.at;
    return isLow(level) && until !== undefined ? [[level.at, until]] : [];
  });
}
