import { VirtualTimeScheduler } from 'rxjs';

/** A scheduler whose clock is moved by hand, and which tells how many timers are set. */
export class VirtualTime extends VirtualTimeScheduler {
  override maxFrames = Infinity;

  get timers(): number {
    return this.actions.length;
  }

  /** Lets everything happen that is due until then, and stops there. */
  advanceTo(at: number): void {
    this.maxFrames = at;
    this.schedule(() => {}, at - this.frame);
    this.flush();
    this.maxFrames = Infinity;
  }

  advance(ms: number): void {
    this.advanceTo(this.frame + ms);
  }
}
