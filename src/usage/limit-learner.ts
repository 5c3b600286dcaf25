import type { Lane } from './lane.js';
import type { LedgerReservation } from './ledger-reservation.js';
import type { RateLimit } from './rate-limit-reading.js';
import { unitOf } from './told-quota.js';

/** Makes a lane of a limit that the provider told and nobody configured. */
export type LearnLane = (told: RateLimit, unit: string) => Lane;

/** Finds the quotas that a provider tells of, and lets them hear. */
export class LimitLearner {
  constructor(
    private readonly lanes: Lane[],
    /** Undefined where only configured quotas count. */
    private readonly makeLane: LearnLane | undefined,
  ) {}

  /** Hears what was told in the answer to the call. Answers whether it was news. */
  learn(reservation: LedgerReservation, limits: readonly RateLimit[], now: number): boolean {
    let isNews = false;
    for (const told of limits) isNews = this.learnOne(reservation, told, now) || isNews;
    return isNews;
  }

  private learnOne({ ticket, entries }: LedgerReservation, told: RateLimit, now: number): boolean {
    const unit = unitOf(told);
    const lane = unit === undefined ? undefined : (this.meant(told, unit) ?? this.add(told, unit));
    return lane?.meter.hear(told, entries[this.lanes.indexOf(lane)], ticket, now) ?? false;
  }

  /** Of several windows the shortest that it can be. */
  private meant(told: RateLimit, unit: string): Lane | undefined {
    const meant = this.lanes.filter(({ meter }) => meter.unit === unit && meter.isMeant(told));
    return meant.sort((one, other) => one.meter.windowMs - other.meter.windowMs)[0];
  }

  private add(told: RateLimit, unit: string): Lane | undefined {
    if (told.limit === null || told.limit <= 0) return undefined;
    const lane = this.makeLane?.(told, unit);
    if (lane) this.lanes.push(lane);
    return lane;
  }
}
