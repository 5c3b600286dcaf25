import type { QueuedLine, ServiceEvent } from '../../index.js';
import type { ServiceSample } from '../protocol.js';
import { CallsInFlight } from './calls-in-flight.js';
import { LatestDurations } from './latest-durations.js';
import { Spending, type SpendingSample } from './spending.js';

const MOST_LINES = 24;

type Lines = Pick<ServiceSample, 'lines' | 'linesLeftOut'>;
type Durations = Pick<ServiceSample, 'waitMs' | 'runMs'>;

/**
 * What events tell of calls: which run, how long the latest took, and what all have spent.
 *
 * @internal
 */
export class CallFigures {
  private readonly inFlight = new CallsInFlight();
  private readonly waits = new LatestDurations();
  private readonly runs = new LatestDurations();
  private readonly spending = new Spending();

  add(event: ServiceEvent): void {
    this.inFlight.add(event);
    this.spending.add(event);
    if (event.type === 'started' && event.attempt === 1) this.waits.add(event.waitMs);
    if (event.type === 'completed' || event.type === 'failed') this.runs.add(event.runMs);
  }

  /** No event comes any more: nothing would tell when those that run have ended. */
  end(): void {
    this.inFlight.clear();
  }

  sample(queued: readonly QueuedLine[]): Lines & Durations & SpendingSample {
    const lines = this.inFlight.lines(queued);
    return {
      lines: lines.slice(0, MOST_LINES),
      linesLeftOut: Math.max(0, lines.length - MOST_LINES),
      waitMs: this.waits.quantiles(),
      runMs: this.runs.quantiles(),
      ...this.spending.sample(),
    };
  }
}
