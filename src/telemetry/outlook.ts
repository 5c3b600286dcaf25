import type { Call } from '../call.js';
import type { Permits } from '../permits.js';
import type { CallQueue } from '../queue/call-queue.js';
import type { Queueable } from '../queue/queueable.js';
import type { Clock } from '../time/clock.js';
import type { Forecast } from '../usage/forecast.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Usage } from '../usage/usage.js';
import type { BlockedBy } from './blocked-by.js';
import type { LatestCalls } from './latest-calls.js';

type AnyCall = Call<unknown, never>;

/** What an outlook looks at. */
export interface OutlookParts {
  readonly queue: CallQueue<Queueable>;
  /** The oldest first. */
  readonly inFlight: ReadonlySet<AnyCall>;
  readonly tracker: RateTracker;
  readonly permits: Permits;
  readonly latest: LatestCalls;
  readonly clock: Clock;
}

/** What of a call decides when it starts. */
export type Waiting = Pick<Queueable, 'priority' | 'tenant' | 'size'> & { readonly cost: Usage };

/** Where a call stands, or would. */
export interface Place {
  /** How many calls go before it. */
  readonly ahead: number;
  /** In how many ms it starts; Infinity while that is not known, or never. */
  readonly waitMs: number;
}

const NO_WAIT: Forecast = Object.freeze({ waitMs: 0, blockedBy: undefined });
const NOBODY = Object.freeze({ calls: 0, size: 0 });

/**
 * Says when calls will start, by what is known now: costs as estimated, less what calls have lately turned out
 * to take less; runs as long as lately; nobody else's calls, and no further refusals.
 */
export class Outlook {
  constructor(private readonly parts: OutlookParts) {}

  /** For a call that would be queued now. */
  placeOf(call: Waiting): Place {
    const ahead = this.parts.queue.ahead(call);
    const forecast = this.forecast(call, ahead);
    const { isPaused } = this.parts.permits;
    const waitMs = Math.max(forecast.waitMs, this.waitForPermit(ahead.calls));
    return { ahead: ahead.calls, waitMs: isPaused ? Infinity : waitMs };
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
    const isKnown = blockedBy === 'quota' || (blockedBy === 'gate' && !this.isProvingUnknown);
    return { reason: blockedBy, ...quota, until: this.instant(isKnown ? waitMs : Infinity) };
  }

  private byPermit(forecast: Forecast): BlockedBy {
    const isKnown = this.parts.latest.runMs !== undefined;
    const waitMs = isKnown ? Math.max(this.waitForPermit(0), forecast.waitMs) : Infinity;
    return { reason: 'permit', until: this.instant(waitMs) };
  }

  private instant(waitMs: number): number | undefined {
    return waitMs < Infinity ? this.parts.clock.now() + waitMs : undefined;
  }

  private get hasPermit(): boolean {
    return this.parts.inFlight.size < this.parts.permits.count$.value;
  }

  private forecast(
    call: Waiting,
    ahead: { readonly calls: number; readonly size: number },
  ): Forecast {
    const { tracker, latest } = this.parts;
    if (!tracker.forecast) return NO_WAIT;
    // What is ahead is taken to be made up as this call is, but for how many they are.
    const scale = (ahead.size * latest.takenShare) / call.size;
    const sum: Record<string, number> = {};
    for (const [unit, amount] of Object.entries(call.cost)) sum[unit] = amount * scale;
    const forecast = tracker.forecast(call.cost, { ...sum, requests: ahead.calls });
    const isProving = forecast.blockedBy === 'gate' && tracker.gate?.status === 'proving';
    // It opens with the answer to the call that probes it, whatever is the longest that this may take.
    return isProving ? { ...forecast, waitMs: latest.runMs ?? 0 } : forecast;
  }

  private get isProvingUnknown(): boolean {
    const { tracker, latest } = this.parts;
    return tracker.gate?.status === 'proving' && latest.runMs === undefined;
  }

  /** Permits come back as runs end: that many at a time, once in a run. Nothing is known before one has ended. */
  private waitForPermit(ahead: number): number {
    const { permits, inFlight, latest, clock } = this.parts;
    const bound = permits.bound ?? 0;
    const behind = ahead - (bound - inFlight.size);
    const meanMs = latest.runMs ?? 0;
    if (bound === 0) return Infinity;
    if (behind < 0 || meanMs === 0) return 0;
    const [oldest] = inFlight;
    const ranMs = oldest?.reservation?.at === undefined ? 0 : clock.now() - oldest.reservation.at;
    return Math.max(0, meanMs - ranMs) + Math.floor(behind / bound) * meanMs;
  }
}

function shown({ priority, tenant, size, cost = {} }: Queueable): Waiting {
  return { priority, tenant, size, cost };
}
