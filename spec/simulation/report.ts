import type { Played } from './play.js';

/** What was wrong with a run, and the one line that plays it again. */
export function reportOf(
  { seed, features, problems }: Pick<Played, 'seed' | 'features' | 'problems'>,
  only?: readonly string[],
): string {
  const choice = only ? ` --features '${only.join(',')}'` : '';
  return [
    `seed ${seed} has ${problems.length} problems:`,
    ...problems.map((problem) => `  ${problem}`),
    `features: ${features.join(', ')}`,
    `npm run simulate -- --seed ${seed}${choice}`,
  ].join('\n');
}
