import type { Lane } from './lane.js';
import type { LedgerReservation } from './ledger-reservation.js';
import type { RateLimit } from './rate-limit-reading.js';
import { isMeant, isToldLimit, unitOf, windowMsOf } from './told-quota.js';
import type { Usage } from './usage.js';

/** Makes a lane of a limit that the provider told and nobody configured. */
export type LearnLane = (unit: string, windowMs: number) => Lane;

/** More windows than any provider has: what is told must not grow memory. */
const MOST_LEARNED = 16;

const NOTHING: Usage = Object.freeze({});

/** Finds the quotas that a provider tells of, and lets them hear. */
export class LimitLearner {
  private learned = 0;
  /** All that was ever sent, per unit, as it was estimated; kept only where quotas are added. */
  private sent = NOTHING;

  constructor(
    private readonly lanes: Lane[],
    /** Undefined where only configured quotas count. */
    private readonly makeLane: LearnLane | undefined,
  ) {}

  /** A call of that cost goes out. Answers all that was sent until now, itself included. */
  send(cost: Usage): Usage {
    if (!this.makeLane) return NOTHING;
    const sent: Record<string, number> = { ...this.sent };
    for (const unit in { requests: 1, ...cost }) sent[unit] = this.sentOf(unit) + (cost[unit] ?? 1);
    this.sent = sent;
    return sent;
  }

  /** Hears what was told in the answer to the call. Answers whether it was news. */
  learn(
    reservation: LedgerReservation,
    limits: readonly RateLimit[],
    othersMs: number,
    now: number,
  ): boolean {
    if (limits.length === 0) return false;
    let isNews = false;
    const told = new Set<Lane>();
    for (const limit of [...limits].sort(namedFirst)) {
      const lane = this.laneOf(reservation, limit, now);
      // One without a name may be of another window than the named one before: of a month.
      if (!lane || told.has(lane)) continue;
      told.add(lane);
      const hearing = { othersMs, ...this.sentAfter(reservation, lane) };
      isNews = lane.meter.hear(limit, hearing, now) || isNews;
    }
    return isNews;
  }

  private sentAfter({ ticket, entries, sent }: LedgerReservation, lane: Lane) {
    const { meter } = lane;
    const entry = entries[this.lanes.indexOf(lane)];
    const sentSince = entry ? meter.sentSince(entry) : this.sentSince(sent, meter.unit);
    return { ticket, entry, sentSince };
  }

  private laneOf(reservation: LedgerReservation, told: RateLimit, now: number): Lane | undefined {
    const unit = unitOf(told);
    if (unit === undefined) return undefined;
    return this.meant(told, unit) ?? this.add(told, unit, reservation, now);
  }

  /** Of several windows the one that is nearest to what was told. */
  private meant(told: RateLimit, unit: string): Lane | undefined {
    const meant = this.lanes.filter(
      ({ meter }) => meter.unit === unit && isMeant(told, meter.windowMs),
    );
    const distance = ({ meter }: Lane) => Math.abs(meter.windowMs - (windowMsOf(told) ?? 0));
    return meant.sort((one, other) => distance(one) - distance(other))[0];
  }

  private add(
    told: RateLimit,
    unit: string,
    { cost, sent }: LedgerReservation,
    now: number,
  ): Lane | undefined {
    const windowMs = windowMsOf(told);
    if (!isToldLimit(told.limit) || windowMs === undefined) return undefined;
    if (this.learned >= MOST_LEARNED) return undefined;
    const lane = this.makeLane?.(unit, windowMs);
    if (!lane) return undefined;
    this.learned += 1;
    this.lanes.push(lane);
    // The call, and what was sent after it, are in no window yet.
    const { meter } = lane;
    meter.chargeSent((meter.amountIn(cost) ?? 0) + this.sentSince(sent, unit), now);
    return lane;
  }

  private sentSince(sent: Usage, unit: string): number {
    return this.sentOf(unit) - (sent[unit] ?? 0);
  }

  private sentOf(unit: string): number {
    return Object.hasOwn(this.sent, unit) ? (this.sent[unit] ?? 0) : 0;
  }
}

function namedFirst(one: RateLimit, other: RateLimit): number {
  return Number(one.windowMs === undefined) - Number(other.windowMs === undefined);
}
