import type { Simulation } from './simulation.js';

/** What somebody does at any time, because of nothing. */
export function actAtRandom(run: Simulation): void {
  const station = run.pick(run.stations);
  const luck = run.draw();
  if (luck < 0.55) for (let n = run.int(1, 3); n > 0; n--) station.call();
  else if (luck < 0.67 && run.has('cancels')) station.crowd.leaveOne();
  else if (luck < 0.76 && run.has('bounds')) station.controls.setBound(run.int(0, 5));
  else if (luck < 0.85 && run.has('limits')) run.pick(run.limits).next(run.int(20, 400));
  else if (luck < 0.93 && run.has('pauses')) station.controls.pause(run.chance(0.4));
  else if (luck < 0.96) station.forecasts.ask();
  else if (luck < 0.98 && run.has('closes')) station.controls.close(run.chance(0.5));
}

/** What somebody who hears of an event does with a station, in that very turn. */
export function reactAtRandom(run: Simulation): void {
  const station = run.pick(run.stations);
  const luck = run.draw();
  if (luck < 0.4) station.crowd.leaveOne();
  else if (luck < 0.6) station.call();
  else if (luck < 0.75) station.controls.setBound(run.int(0, 5));
  else if (luck < 0.9 && run.has('pauses')) station.controls.pause(run.chance(0.5));
  else if (luck < 0.95) station.forecasts.ask();
  else if (run.has('closes')) station.controls.close(run.chance(0.5));
}
