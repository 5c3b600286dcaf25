import type { Played } from './play.js';

/** What was wrong with a run, and the one line that plays it again. */
export function reportOf({ seed, features, problems }: Played): string {
  return [
    `seed ${seed} has ${problems.length} problems:`,
    ...problems.map((problem) => `  ${problem}`),
    `features: ${features.join(', ')}`,
    `npm run simulate -- --seed ${seed}`,
  ].join('\n');
}
