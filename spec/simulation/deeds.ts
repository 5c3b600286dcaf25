import type { Feature } from './features.js';
import { PlantedError } from './planted.js';
import type { Simulation } from './simulation.js';
import type { Station } from './station.js';

/** What may be done, how likely beside others, and which feature it needs. */
interface Deed {
  readonly weight: number;
  readonly feature?: Feature;
  readonly act: (run: Simulation, station: Station) => void;
}

/** What somebody does at any time, because of nothing. */
const DEEDS: readonly Deed[] = [
  { weight: 55, act: (run, station) => callSome(run, station) },
  { weight: 12, feature: 'cancels', act: (_, { crowd }) => crowd.leaveOne() },
  { weight: 9, feature: 'bounds', act: setBound },
  { weight: 9, feature: 'limits', act: setLimit },
  { weight: 8, feature: 'pauses', act: (run, { controls }) => controls.pause(run.chance(0.4)) },
  { weight: 3, act: (_, { forecasts }) => forecasts.ask() },
  { weight: 2, feature: 'closes', act: close },
  { weight: 3, feature: 'clock steps', act: stepClock },
  { weight: 2, feature: 'failing limits', act: failLimit },
  { weight: 8, feature: 'other users', act: useKey },
];

/** What somebody who hears of an event does with a station, in that very turn. */
const REACTIONS: readonly Deed[] = [
  { weight: 40, act: (_, { crowd }) => crowd.leaveOne() },
  { weight: 20, act: (_, station) => station.call() },
  { weight: 15, act: setBound },
  { weight: 15, feature: 'pauses', act: (run, { controls }) => controls.pause(run.chance(0.5)) },
  { weight: 5, act: (_, { forecasts }) => forecasts.ask() },
  { weight: 5, feature: 'closes', act: close },
];

export function actAtRandom(run: Simulation): void {
  doOneOf(DEEDS, run);
}

export function reactAtRandom(run: Simulation): void {
  doOneOf(REACTIONS, run);
}

function doOneOf(deeds: readonly Deed[], run: Simulation): void {
  const station = run.pick(run.stations);
  let luck = run.draw() * deeds.reduce((sum, { weight }) => sum + weight, 0);
  const deed = deeds.find(({ weight }) => (luck -= weight) < 0)!;
  if (!deed.feature || run.has(deed.feature)) deed.act(run, station);
}

function callSome(run: Simulation, station: Station): void {
  for (let n = run.int(1, 3); n > 0; n--) station.call();
}

function setBound(run: Simulation, { controls, parts }: Station): void {
  controls.setBound(run.int(parts.bound.range.least, parts.bound.range.most));
}

function setLimit(run: Simulation): void {
  const limit = run.pick(run.limits);
  const { least, most } = limit.range;
  run.meets('limits: changed');
  limit.set(run.int(least, most));
}

function close(run: Simulation, { controls }: Station): void {
  // Where there is much to see, not too early.
  if (run.scale > 1 && run.chance(0.9)) return;
  run.meets('closes: in the middle');
  controls.close(run.chance(0.5));
}

function stepClock(run: Simulation): void {
  const size = run.pick([run.int(1, 50), run.int(100, 3_000), 3_600_000]);
  run.stepClock(run.chance(0.5) ? size : -size);
}

/** One that fails keeps its last value for good, which must let something out. */
function failLimit(run: Simulation, { parts }: Station): void {
  run.meets('failing limits');
  const error = new PlantedError('limit');
  if (run.chance(0.5) && parts.bound.value > 0) parts.bound.fail(error);
  else run.pick(run.limits).fail(error);
}

function useKey(run: Simulation): void {
  if (run.providers.length === 0) return;
  run.meets('other users: of the key');
  run.pick(run.providers).meddle();
}
