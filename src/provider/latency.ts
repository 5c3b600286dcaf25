import type { Random } from './random.js';

/** How long answers take: all times in ms. */
export interface Latency {
  /** Until the first token. */
  readonly baseMs: number;
  /** For every token of the answer. */
  readonly perTokenMs: number;
  /** How much both vary, up and down, as a share from 0 to 1; drawn once per request. */
  readonly jitter: number;
  /** What both are multiplied by for the fault `slow`. */
  readonly slowFactor: number;
}

/** When one answer's tokens come: the first after `firstTokenMs`, each further one `perTokenMs` later. */
export interface Pace {
  readonly firstTokenMs: number;
  readonly perTokenMs: number;
}

/** About what a small hosted model shows, not a measurement: 200 ms to the first token, 200 tokens a second. */
export const DEFAULT_LATENCY: Latency = { baseMs: 200, perTokenMs: 5, jitter: 0.2, slowFactor: 10 };

/** @internal */
export function paceOf(latency: Latency, slow: boolean, draw: Random): Pace {
  const vary = 1 + latency.jitter * (2 * draw() - 1);
  const factor = slow ? vary * latency.slowFactor : vary;
  return { firstTokenMs: latency.baseMs * factor, perTokenMs: latency.perTokenMs * factor };
}
