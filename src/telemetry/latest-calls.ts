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

  /** Has run as long as such calls do; the usage only of a whole answer of which the provider told. */
  ended(call: Measurable, usage?: Usage): void {
    if (this.measured?.call !== call) return;
    const ranMs = this.clock.now() - this.measured.since;
    this.measured = undefined;
    this.runMs = towards(this.runMs ?? ranMs, ranMs);
    if (usage)
      this.takenShare = towards(this.takenShare, sizeOf({ ...call.cost, ...usage }) / call.size);
  }

  /** Was cancelled: it would have run longer. */
  left(call: Measurable): void {
    if (this.measured?.call === call) this.measured = undefined;
  }
}

function towards(mean: number, latest: number): number {
  return mean + (latest - mean) * WEIGHT;
}
