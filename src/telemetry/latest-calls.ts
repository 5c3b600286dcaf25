import { sizeOf } from '../queue/size-of.js';
import type { Clock } from '../time/clock.js';
import type { Usage } from '../usage/usage.js';

/** How much the latest call counts beside all before it. */
const WEIGHT = 0.2;

/** How many others may end before the one that is measured. */
const OTHERS = 16;

/** More than this is a mistake in the estimate, and none of what is usual. */
const MOST = 10;

/** What of a call is measured. */
interface Measurable {
  readonly cost: Usage;
  readonly reservation?: { readonly at?: number | undefined } | undefined;
}

/**
 * How calls have turned out lately: how long they run, and what part of their reservations they take.
 *
 * One call at a time is measured, so that it costs nearly nothing: whoever starts next after the one before has
 * ended, so that long ones and short ones are met as often as they are.
 */
export class LatestCalls {
  /** About how long they run, in ms; undefined until one has ended. */
  runMs: number | undefined;
  /** About what part of their reservations they take; 1 until one has told. */
  takenShare = 1;
  private others = 0;
  private measured: { readonly call: Measurable; readonly since: number } | undefined;

  constructor(private readonly clock: Clock) {}

  started(call: Measurable): void {
    this.measured ??= { call, since: this.clock.now() };
  }

  /** Was answered; the usage only where the provider told it. */
  ended(call: Measurable, usage?: Usage): void {
    const since = this.measured?.call === call ? this.measured.since : this.insteadOf(call);
    if (since === undefined) return;
    this.measured = undefined;
    this.others = 0;
    const ranMs = this.clock.now() - since;
    this.runMs = towards(this.runMs ?? ranMs, ranMs);
    const share = usage ? shareOf(call.cost, usage) : undefined;
    if (share !== undefined) this.takenShare = towards(this.takenShare, share);
  }

  /** One that runs for very long must not hide how long others do: after so many of these, one of them counts. */
  private insteadOf({ reservation }: Measurable): number | undefined {
    this.others += 1;
    return this.others < OTHERS ? undefined : reservation?.at;
  }

  /** Was cancelled, or has failed: an answer would have run for another time. */
  left(call: Measurable): void {
    if (this.measured?.call === call) this.measured = undefined;
  }
}

/** In the units that the cost names; an estimate of nothing tells nothing. */
function shareOf(cost: Usage, usage: Usage): number | undefined {
  const units = Object.keys(cost).filter((unit) => cost[unit] && unit !== 'requests');
  if (!units.some((unit) => usage[unit] !== undefined)) return undefined;
  const amounts = (from: Usage) =>
    sizeOf(Object.fromEntries(units.map((unit) => [unit, from[unit] ?? cost[unit]])) as Usage);
  return Math.min(amounts(usage) / amounts(cost), MOST);
}

function towards(mean: number, latest: number): number {
  return mean + (latest - mean) * WEIGHT;
}
