import { play } from '../play.js';
import { reportOf } from '../report.js';
import type { FeatureChoice } from '../seeded-run.js';
import { Unhandled } from '../unhandled.js';

/** Plays one seed and tells all that happened. */
export async function playOne(seed: number, { only }: FeatureChoice): Promise<void> {
  const played = await play(seed, new Unhandled(), { only });
  for (const line of played.log) console.log(line);
  if (played.problems.length > 0) console.log(`\n${reportOf(played, only)}`);
  else console.log(`\nseed ${seed} is as it must be: ${played.features.join(', ')}`);
  process.exitCode = played.problems.length > 0 ? 1 : 0;
}
