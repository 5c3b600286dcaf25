import type { Simulation } from './simulation.js';
import type { Station } from './station.js';

/** Nobody waits while a permit is free and there is room for all who wait: whoever waits, waits for something. */
export function checkIdleCapacity(run: Simulation): void {
  // What clocks that step, and providers that tell, make of windows is not in the books.
  if (!run.slack.isExact || run.features.has('headers')) return;
  const { stations } = run;
  const groups = run.sharing.isShared ? [stations] : stations.map((station) => [station]);
  for (const group of groups) checkGroup(group);
}

/** Those who share a quota wait for each other. */
function checkGroup(group: readonly Station[]): void {
  const waiting = group.filter(({ inspection }) => inspection.ready.length > 0);
  const isShut = waiting.some(({ parts }) => parts.service.tracker.gate?.status !== 'open');
  const first = waiting[0];
  // Whoever is behind another's call waits for that.
  const isInDoubt = group.some(({ inspection }) => inspection.isInDoubt);
  if (!first || isShut || isInDoubt || !waiting.every(fits)) return;
  const ids = first.inspection.ready.map(({ id }) => id);
  first.parts.problem(`lets ${ids.join(', ')} wait though there is room for all`);
}

function fits({ inspection, parts }: Station): boolean {
  return inspection.ready.every(({ cost }) => parts.books.every((book) => book.hasRoomFor(cost)));
}
