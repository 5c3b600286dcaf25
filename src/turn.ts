/**
 * What happens at once is told at once: while a turn lasts its changes are only noted, and told as one when it is
 * over, so that nobody sees a call that is neither queued nor in flight.
 */
export class Turn {
  private depth = 0;
  private hasChanged = false;

  constructor(private readonly tell: () => void) {}

  /** Notes a change while a turn lasts; false when there is none, and it is to be told at once. */
  defers(): boolean {
    if (this.depth === 0) return false;
    this.hasChanged = true;
    return true;
  }

  enter(): void {
    this.depth += 1;
  }

  leave(): void {
    this.depth -= 1;
    if (this.depth > 0 || !this.hasChanged) return;
    this.hasChanged = false;
    this.tell();
  }

  changed(): void {
    if (!this.defers()) this.tell();
  }

  run(work: () => void): void {
    this.enter();
    try {
      work();
    } finally {
      this.leave();
    }
  }
}
