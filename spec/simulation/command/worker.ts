import { play, type Played } from '../play.js';
import type { FeatureChoice } from '../seeded-run.js';
import { Unhandled } from '../unhandled.js';

/** What a worker is told to play. */
export interface Order extends FeatureChoice {
  readonly seed: number;
}

/** What it answers: all but the log. */
export type Answer = Omit<Played, 'log' | 'met'> & { readonly met: readonly [string, number][] };

/** Plays the seeds that its parent sends, one after the other. */
export function work(): void {
  const unhandled = new Unhandled();
  process.on('message', ({ seed, ...choice }: Order) => {
    void play(seed, unhandled, choice).then(({ met, log: _, ...played }) => {
      process.send?.({ ...played, met: [...met] } satisfies Answer);
    });
  });
}
