import { sizeOf } from '../queue/size-of.js';
import type { Clock } from '../time/clock.js';
import type { Usage } from '../usage/usage.js';

/** How much the latest call counts beside all before it. */
const WEIGHT = 0.2;

/** What of a call is measured. */
interface Measurable {
  readonly size: number;
  readonly cost: Usage;
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
  private measured: { readonly call: Measurable; readonly since: number } | undefined;

  constructor(private readonly clock: Clock) {}

  started(call: Measurable): void {
    this.measured ??= { call, since: this.clock.now() };
  }

  /** Was answered; the usage only where the provider told it. */
  ended(call: Measurable, usage?: Usage): void {
    if (this.measured?.call !== call) return;
    const ranMs = this.clock.now() - this.measured.since;
    this.measured = undefined;
    this.runMs = towards(this.runMs ?? ranMs, ranMs);
    if (usage) this.takenShare = towards(this.takenShare, takenOf(call.cost, usage) / call.size);
  }

  /** Was cancelled, or has failed: an answer would have run for another time. */
  left(call: Measurable): void {
    if (this.measured?.call === call) this.measured = undefined;
  }
}

/** In the units of the cost only: a usage may name others beside them. */
function takenOf(cost: Usage, usage: Usage): number {
  const units = Object.entries(cost).map(([unit, amount]) => [unit, usage[unit] ?? amount]);
  return sizeOf(Object.fromEntries(units) as Usage);
}

function towards(mean: number, latest: number): number {
  return mean + (latest - mean) * WEIGHT;
}
