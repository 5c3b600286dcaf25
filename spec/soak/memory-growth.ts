import type { Memory } from './messages.js';

/** What a process held when so many calls had been made. */
export interface Sample {
  readonly calls: number;
  readonly memory: Memory;
}

/**
 * More than this, in bytes for each call over the last half, is a leak: one megabyte over 25,000 calls.
 *
 * Measured: 13, 22, 16 and 18 in four soaks of 50,000 calls where nothing leaks, of which heap snapshots show nothing
 * but the engine's own (code that it goes on to compile, its lists of weak references); 135 with `--leak`, which
 * keeps the text of each answer, the least that a call could leave behind.
 */
export const MOST_GROWTH = 40;

/** Below so many calls a program still warms up, and its growth says nothing. */
export const LEAST_CALLS = 20_000;

/** By how many bytes each further call lets memory grow over the last half of the calls: by least squares. */
export function growthOf(samples: readonly Sample[], part: keyof Memory): number {
  const last = samples.at(-1)?.calls ?? 0;
  const half = samples.filter(({ calls }) => calls >= last / 2);
  return slope(half.map(({ calls, memory }) => [calls, memory[part]]));
}

/** What grows that should be flat; nothing of so few calls that nobody can tell. */
export function leaks(who: string, samples: readonly Sample[]): string[] {
  if ((samples.at(-1)?.calls ?? 0) < LEAST_CALLS) return [];
  return (['heap', 'external'] as const).flatMap((part) => {
    const growth = growthOf(samples, part);
    const told = `${growth.toFixed(1)} bytes a call over the last half`;
    return growth > MOST_GROWTH ? [`the ${who} leaks: its ${part} memory grew by ${told}`] : [];
  });
}

function slope(points: readonly (readonly [number, number])[]): number {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const covered = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread > 0 ? covered / spread : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
