import type { Call } from '../call/call.js';
import type { Permits } from '../permits.js';
import type { CallQueue } from '../queue/call-queue.js';
import type { Queueable } from '../queue/queueable.js';
import { sizeOf } from '../queue/size-of.js';
import type { Clock } from '../time/clock.js';
import type { Forecast } from '../usage/forecast.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import { instantAfter } from '../time/instant-after.js';
import type { Usage } from '../usage/usage.js';
import type { BlockedBy } from './blocked-by.js';
import type { Standing } from './call-life.js';
import type { LatestCalls } from './latest-calls.js';

type AnyCall = Call<unknown, never>;
/** What goes before a call. */
interface InFront {
  readonly calls: number;
  readonly size: number;
}
type Waiting = Coming & { readonly size: number };

/** What an outlook looks at. */
export interface OutlookParts {
  readonly queue: CallQueue<Queueable>;
  /** The oldest first. */
  readonly inFlight: ReadonlySet<AnyCall>;
  readonly tracker: RateTracker;
  readonly permits: Permits;
  readonly isAcquiring: () => boolean;
  readonly latest: LatestCalls;
  readonly clock: Clock;
}

/** What of a call decides when it starts. */
export type Coming = Pick<Queueable, 'priority' | 'tenant'> & { readonly cost: Usage };

/** Where a call stands, or would. */
export interface Place {
  /** How many calls go before it. */
  readonly ahead: number;
  /** In about how many ms it starts; Infinity while that is not known, or never. */
  readonly waitMs: number;
}

const NO_WAIT: Forecast = Object.freeze({ waitMs: 0, blockedBy: undefined });
const NOBODY: InFront = Object.freeze({ calls: 0, size: 0 });

/**
 * Says when calls will start, by what is known now: costs as estimated, less what calls have lately turned out
 * to take less; runs as long as lately; nobody else's calls, and no further refusals.
 */
export class Outlook {
  constructor(private readonly parts: OutlookParts) {}

  /** For a call that would be queued now. */
  placeOf(coming: Coming): Place {
    const call = sized(coming);
    const ahead = this.parts.queue.ahead(call);
    const waitMs = Math.max(this.forecast(call, ahead).waitMs, this.waitForPermit(ahead.calls));
    const isKnown = !this.parts.permits.isPaused && !this.parts.isAcquiring();
    return { ahead: ahead.calls, waitMs: isKnown ? waitMs : Infinity };
  }

  /** In how many ms it starts at least; of what nobody knows, how long a probe or the first runs take, nothing. */
  leastWaitOf(coming: Coming): number {
    const call = sized(coming);
    const { leastCalls: calls, leastSize: size } = this.parts.queue.ahead(call);
    const { waitMs, blockedBy } = this.forecast(call, { calls, size });
    const isProving = blockedBy === 'gate' && this.parts.tracker.gate?.status === 'proving';
    const permitMs = this.waitForPermit(calls);
    return Math.max(isProving ? 0 : waitMs, permitMs < Infinity ? permitMs : 0);
  }

  /** The same as it is told to a caller. */
  standingOf(coming: Coming): Standing {
    const { ahead, waitMs } = this.placeOf(coming);
    return { position: ahead + 1, expectedStart: this.instant(waitMs) };
  }

  /** Why the next call waits; undefined when none does. */
  get blockedBy(): BlockedBy | undefined {
    const { queue, permits } = this.parts;
    const { first } = queue;
    if (!first) return undefined;
    if (permits.isPaused) return { reason: 'paused', until: undefined };
    if (!permits.isOpen) return { reason: 'resources', until: undefined };
    const forecast = this.forecast(shown(first), NOBODY);
    return this.hasPermit ? this.byQuota(forecast) : this.byPermit(forecast);
  }

  private byQuota({ waitMs, blockedBy, unit, windowMs }: Forecast): BlockedBy | undefined {
    if (blockedBy === undefined) return undefined;
    const quota = unit === undefined || windowMs === undefined ? {} : { unit, windowMs };
    const until = blockedBy === 'turn' ? undefined : this.instant(waitMs);
    return { reason: blockedBy, ...quota, until };
  }

  private byPermit(forecast: Forecast): BlockedBy {
    const waitMs = Math.max(this.waitForPermit(0), forecast.waitMs);
    return { reason: 'permit', until: this.instant(waitMs) };
  }

  private instant(waitMs: number): number | undefined {
    return instantAfter(waitMs, this.parts.clock.now());
  }

  private get hasPermit(): boolean {
    return this.parts.inFlight.size < this.parts.permits.count$.value;
  }

  private forecast(call: Waiting, ahead: InFront): Forecast {
    const { tracker, latest } = this.parts;
    if (!tracker.forecast) return NO_WAIT;
    // What is ahead is taken to be made up as this call is, but for how many they are.
    const scale = (ahead.size * latest.takenShare) / call.size;
    const sum: Record<string, number> = {};
    for (const [unit, amount] of Object.entries(call.cost))
      sum[unit] = Math.min(amount * scale, Number.MAX_VALUE);
    const requests = ahead.calls * (call.cost['requests'] ?? 1);
    const forecast = tracker.forecast(call.cost, { ...sum, requests });
    const isProving = forecast.blockedBy === 'gate' && tracker.gate?.status === 'proving';
    // It opens with the answer to the call that probes it, whatever is the longest that this may take.
    return isProving
      ? { ...forecast, waitMs: this.leftOf([...this.parts.inFlight].at(-1)) }
      : forecast;
  }

  /** Permits come back as runs end, the oldest first; then each again after another run. */
  private waitForPermit(ahead: number): number {
    const { permits, inFlight, latest } = this.parts;
    const bound = permits.bound ?? 0;
    // Those for whom there is one now are the last to give it back.
    const behind = ahead - Math.max(0, bound - inFlight.size);
    if (behind < 0) return 0;
    if (bound === 0 || latest.runMs === undefined) return Infinity;
    // Those above a bound that was lowered do not come back.
    const index = Math.max(0, inFlight.size - bound) + (behind % bound);
    return this.leftOf(nth(inFlight, index)) + Math.floor(behind / bound) * latest.runMs;
  }

  /** How much longer it will run, when it runs as long as calls do; Infinity while nobody knows how long. */
  private leftOf(call: AnyCall | undefined): number {
    const { clock, latest } = this.parts;
    const startedAt = call?.reservation?.at ?? clock.now();
    return latest.runMs === undefined
      ? Infinity
      : Math.max(0, startedAt + latest.runMs - clock.now());
  }
}

function nth<T>(all: Iterable<T>, index: number): T | undefined {
  let left = index;
  for (const one of all) if (left-- === 0) return one;
  return undefined;
}

/** As the operator will see it. */
function sized({ priority, tenant, cost }: Coming): Waiting {
  return { priority, tenant, cost, size: sizeOf(cost) };
}

function shown({ priority, tenant, size, cost = {} }: Queueable): Waiting {
  return { priority, tenant, size, cost };
}
