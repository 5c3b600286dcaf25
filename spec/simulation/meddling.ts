import { reactAtRandom } from './deeds.js';
import type { Simulation } from './simulation.js';

/** Those who hear of events and act at once, within the turn of a service. */
export class Meddling {
  private latestAt = -1;
  /** How many heard of something and act now, one because of the other. */
  private meddlers = 0;

  constructor(private readonly run: Simulation) {}

  /** Whether somebody acts because of what he hears, or has done so in this instant. */
  get isGoingOn(): boolean {
    return this.meddlers > 0 || this.latestAt === this.run.now;
  }

  /** What somebody does now concerns others, in the middle of whatever is going on. */
  acts(): void {
    this.latestAt = this.run.now;
  }

  /** Somebody hears of something, and may act. */
  heard(): void {
    const { run } = this;
    if (!run.has('meddling') || !run.chance(0.08)) return;
    this.acts();
    this.meddlers += 1;
    reactAtRandom(run);
    this.meddlers -= 1;
  }
}
