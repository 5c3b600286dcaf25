import type { Random } from './random.js';

/**
 * The faults that the simulator can inject.
 *
 * - `rate429`: a 429 with all headers although the limits hold; nothing is charged
 * - `bare429`: a 429 without rate-limit headers and without a time, as recorded in sample
 *   `openai-429-no-ratelimit-headers`; nothing is charged
 * - `overloaded529`: the provider has no capacity; nothing is charged
 * - `status500`: fails after the time to the first token; the prompt is charged
 * - `hang`: admitted and charged, then no byte ever comes
 * - `brokenStream`: the connection breaks after half of the answer
 * - `slow`: answers, but `slowFactor` times slower
 */
export const FAULTS = [
  'rate429',
  'bare429',
  'overloaded529',
  'status500',
  'hang',
  'brokenStream',
  'slow',
] as const;

/** Name of a fault. */
export type Fault = (typeof FAULTS)[number];

/**
 * Draws at most one fault for a request; one number is drawn whatever comes out, so that the same
 * seed gives the n-th request the same luck.
 *
 * @internal
 */
export function drawFault(
  chances: Partial<Readonly<Record<Fault, number>>>,
  draw: Random,
): Fault | undefined {
  let luck = draw();
  for (const fault of FAULTS) {
    luck -= chances[fault] ?? 0;
    if (luck < 0) return fault;
  }
  return undefined;
}
