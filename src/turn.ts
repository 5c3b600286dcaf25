/**
 * What happens at once is told at once: while a turn lasts its changes are only noted, and told as one when it is
 * over, so that nobody sees a call that is neither queued nor in flight.
 */
export class Turn {
  private readonly tell: () => void;
  private depth = 0;

  constructor(tell: () => void) {
    this.tell = tell;
  }

  /** Whether there is one, at the end of which all is told: whoever makes a turn changes something. */
  defers(): boolean {
    return this.depth > 0;
  }

  /** Tells of a change, at the end of the turn if there is one. */
  changed(): void {
    if (!this.defers()) this.tell();
  }

  /** Runs the work, which changes something, as one turn, or as a part of the turn that lasts. */
  move(work: () => void): void {
    this.depth += 1;
    try {
      work();
    } finally {
      this.depth -= 1;
      this.changed();
    }
  }
}
