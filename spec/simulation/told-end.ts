import type { EndedEvent } from '../../src/index.js';
import type { Caller, Outcome } from './caller.js';

/** What the events tell of the end is what he has seen. */
export function checkOutcome(caller: Caller): void {
  const { outcome, story } = caller;
  if (!outcome) caller.problem('is left alone');
  else if (story?.end) checkAgreement(caller, outcome, story.end);
  else if (story) caller.problem(`has ${outcome.how}, and events tell no end`);
  else if (outcome.how === 'completed') caller.problem('is answered, and no event tells of it');
}

function checkAgreement(caller: Caller, outcome: Outcome, end: EndedEvent): void {
  if (agrees(caller, outcome, end)) return;
  const seen = `has ${outcome.how} at ${outcome.at} (${String(outcome.error)})`;
  const told = `he has ${end.type} at ${end.at} (${String(end.error)})`;
  caller.problem(`${seen}, and events tell that ${told}`);
}

function agrees(caller: Caller, { how, error, at }: Outcome, end: EndedEvent): boolean {
  const { aborted, abortedAt, story } = caller;
  const hasAborted = how === 'failed' && aborted !== undefined && error === aborted;
  if (how !== 'left' && !hasAborted) return how === end.type && error === end.error;
  // Or he has left in the very turn in which it ended.
  return end.type === 'cancelled' || story?.endedAt === at || story?.endedAt === abortedAt;
}
