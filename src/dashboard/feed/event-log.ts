import type { ServiceEvent } from '../../index.js';

/** How many are kept for a page that opens. */
const KEPT = 50;
/** How many of those since the last sample go to the pages. */
const MOST_TOLD = 20;

/** An event and its place in the order in which they came, from 1. */
export interface NumberedEvent {
  readonly number: number;
  readonly event: ServiceEvent;
}

/** Some events, and how many there were besides. */
export interface EventsTold {
  readonly events: readonly NumberedEvent[];
  readonly leftOut: number;
}

/**
 * The latest events: what comes faster than anybody reads is counted only.
 *
 * ```text
 * events      ---------e--------- ×1000
 * a sample                       the latest 20, and 980 left out
 * ```
 *
 * @internal
 */
export class EventLog {
  private readonly latest: NumberedEvent[] = [];
  private count = 0;
  private told = 0;

  add(event: ServiceEvent): void {
    this.count += 1;
    this.latest.push({ number: this.count, event });
    if (this.latest.length > KEPT) this.latest.shift();
  }

  /** Those since this was last asked. */
  take(): EventsTold {
    const isNew = this.count - this.told;
    this.told = this.count;
    const events = isNew > 0 ? this.latest.slice(-Math.min(isNew, MOST_TOLD)) : [];
    return { events, leftOut: isNew - events.length };
  }

  /** Those that were told before, for who comes later. */
  before(): EventsTold {
    const events = this.latest.filter(({ number }) => number <= this.told);
    return { events, leftOut: this.told - events.length };
  }
}
