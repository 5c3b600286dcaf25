import type { Lane } from './lane.js';
import type { Shared } from './shared.js';

/** The turns that the waiters of one line keep in what it shares with other lines. */
export class Claims {
  constructor(private readonly lanes: readonly Lane[]) {}

  /**
   * Keeps the turn in what it waits for: that is then taken in order. What it had to wait for before it keeps
   * too, as two that are never free at once could let it starve; but for what is its own alone nobody waits.
   */
  keep(turn: number, bottleneck: Lane | undefined, isFirst: boolean): void {
    const shared = bottleneck?.shared;
    shared?.turns.claim(turn);
    if (!shared || isFirst) this.end(turn, shared);
  }

  /** Gives the turn up, to the next in line if there is one: until that has been asked, nobody overtakes it. */
  pass(turn: number, next: number | undefined): void {
    const left = this.release(turn);
    // All of it before anybody hears: the next may be served, and gone, by then.
    if (next !== undefined) for (const { turns } of left) turns.claim(next);
    for (const { changes } of left) changes.next();
  }

  private end(turn: number, but: Shared | undefined): void {
    const left = this.release(turn, but);
    for (const { changes } of left) changes.next();
  }

  private release(turn: number, but?: Shared): readonly Shared[] {
    const others = this.lanes.flatMap(({ shared }) => (shared && shared !== but ? shared : []));
    return others.filter(({ turns }) => turns.release(turn));
  }
}
