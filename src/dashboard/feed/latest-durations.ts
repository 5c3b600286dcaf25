import type { Quantiles } from '../protocol.js';

/** Enough for a steady p95, and cheap to sort. */
const LATEST = 256;

/**
 * How long the latest 256 calls took.
 *
 * @internal
 */
export class LatestDurations {
  private readonly latest: number[] = [];
  private next = 0;
  private shown: Quantiles | null = null;

  add(ms: number | undefined): void {
    if (ms === undefined) return;
    this.latest[this.next] = ms;
    this.next = (this.next + 1) % LATEST;
    this.shown = null;
  }

  /** By the nearest rank; null while nothing is known. */
  quantiles(): Quantiles | null {
    if (this.latest.length === 0) return null;
    return (this.shown ??= quantilesOf([...this.latest].sort((one, other) => one - other)));
  }
}

function quantilesOf(sorted: readonly number[]): Quantiles {
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { calls: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
