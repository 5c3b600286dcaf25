/** As much of a frame as drawing may take, in ms; the rest is the browser's own. */
const BUDGET_MS = 5;

/**
 * Spreads work over frames: each takes on as much as its budget has room for, and leaves the rest to the next.
 *
 * A piece of work that is asked for again before it is done is done once, as it was asked for last.
 */
export class Frames {
  private readonly waiting = new Map<object, () => void>();
  private isAsked = false;

  /** Does the work of `key` in one of the next frames. */
  request(key: object, work: () => void): void {
    this.waiting.set(key, work);
    this.ask();
  }

  /** Does nothing for `key` any more. */
  cancel(key: object): void {
    this.waiting.delete(key);
  }

  private ask(): void {
    if (this.isAsked || this.waiting.size === 0) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw(performance.now() + BUDGET_MS);
      this.ask();
    });
  }

  private draw(end: number): void {
    for (const [key, work] of this.waiting) {
      this.waiting.delete(key);
      work();
      if (performance.now() >= end) return;
    }
  }
}
