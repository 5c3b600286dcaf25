import { Simulation, type SimulationOptions } from './simulation.js';
import type { Unhandled } from './unhandled.js';

/** All that happened in one run, and what was wrong with it. */
export interface Played {
  readonly seed: number;
  readonly features: readonly string[];
  readonly problems: readonly string[];
  readonly log: readonly string[];
  /** How often each thing happened of which the seed decides. */
  readonly met: ReadonlyMap<string, number>;
  readonly calls: number;
  readonly actions: number;
}

/** Plays the run of one seed to its end. */
export async function play(
  seed: number,
  unhandled: Unhandled,
  options: SimulationOptions = {},
): Promise<Played> {
  const run = new Simulation(seed, options);
  const plantedBefore = unhandled.planted;
  run.rage();
  await run.checkPromises();
  run.settleDown();
  await run.checkPromises();
  run.close();
  await run.checkPromises();
  for (const error of await unhandled.take()) run.problem(`nobody catches ${String(error)}`);
  const told = unhandled.planted - plantedBefore;
  if (told !== run.thrown) run.problem(`RxJS tells ${told} errors of handlers, of ${run.thrown}`);
  return playedOf(run);
}

function playedOf(run: Simulation): Played {
  const { seed, features, problems, stations, met, actions, providers } = run;
  for (const provider of providers) provider.tellFaults();
  const log = stations.flatMap((station) => station.log.map((line) => `${station.name} ${line}`));
  const calls = stations.reduce((sum, { crowd }) => sum + crowd.size, 0);
  return { seed, features: [...features], problems, log, met, calls, actions };
}
