import { LONGEST_BACK_OFF_MS, LONGEST_REFUSAL_MS } from './sharing.js';
import type { Simulation } from './simulation.js';
import type { Station } from './station.js';

/** The most tokens that one call is made with, and by how much more it may take. */
export const MOST_TOKENS = 60;
const MOST_TIMES = 2;

/** The longest that one try takes which does not hang, in ms: a slow stream of five pieces. */
const LONGEST_WORK_MS = 6_000;

/** When those who wait for work that hangs have lost patience. */
export const PATIENCE_MS = 20_000;

/**
 * How long it may take until all that is under way now has been served, from the moment on at which nothing goes
 * wrong any more, in ms. It is the sum of the worst of everything, one after the other, and so is far too much; but
 * what is starved, forgotten or in a circle takes longer than anything.
 */
export function mostMsLeft(run: Simulation): number {
  const calls = run.stations.reduce((sum, { inspection }) => sum + inspection.unended, 0);
  const inFlight = run.stations.reduce((sum, { works }) => sum + works.size, 0);
  // Each that is out may still be refused, wait for its retry, and close a gate behind which one call probes.
  const perRefusal = LONGEST_REFUSAL_MS + LONGEST_BACK_OFF_MS + LONGEST_WORK_MS;
  const refusals = (inFlight + 1) * perRefusal;
  const hangs = run.features.has('hangs') ? PATIENCE_MS : 0;
  return hangs + refusals + windowsFor(run, calls) + roundsFor(run.stations, calls);
}

/** As if every quota was the smallest, and was full and in debt by what is out. */
function windowsFor(run: Simulation, calls: number): number {
  const books = run.stations.flatMap((station) => station.parts.books);
  const perWindow = books.map(({ unit, limit }) =>
    Math.max(1, Math.floor(limit / (unit === 'tokens' ? MOST_TOKENS * MOST_TIMES : 1))),
  );
  const windowMs = Math.max(...books.map(({ parts }) => parts.windowMs));
  return (Math.ceil(calls / Math.min(...perWindow)) + 3) * (windowMs + run.slack.lateMs(windowMs));
}

function roundsFor(stations: readonly Station[], calls: number): number {
  const bounds = stations.map(({ parts }) => Math.max(1, parts.bound.value));
  return Math.ceil(calls / Math.min(...bounds)) * LONGEST_WORK_MS;
}
