/**
 * Who waits for something shared, in the order in which they came: one that came later must not take it
 * from under one that came before.
 */
export class Turns {
  private readonly claims = new Set<number>();

  claim(turn: number): void {
    this.claims.add(turn);
  }

  /** Answers whether there was a claim. */
  release(turn: number): boolean {
    return this.claims.delete(turn);
  }

  /** Whether somebody who came before waits for it. */
  isClaimedBefore(turn: number): boolean {
    for (const claim of this.claims) if (claim < turn) return true;
    return false;
  }
}
