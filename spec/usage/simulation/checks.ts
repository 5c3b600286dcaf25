import { amountIn, type Play, type SimulatedCall } from './play.js';
import type { NaiveTracker } from './world.js';

const PROBE_IS_IN_MS = 10_000;

/** All that is wrong now, in words: nothing where all is as it must be. */
export function wrongsOf(play: Play): string[] {
  return [...play.wrongs, ...wrongSums(play), ...wrongTimers(play), ...wrongWaits(play)];
}

/** What the trackers say is in their windows, beside what was charged there. */
function wrongSums({ world, now, open }: Play): string[] {
  return world.trackers.flatMap(({ tracker, quotas }, index) =>
    tracker.quotas.flatMap((state, at) => {
      const quota = quotas[at]!;
      const used = quota.window.total(now);
      const charges = open.map((call) => call.charges.get(quota)?.amount ?? 0);
      const reserved = Math.min(
        used,
        charges.reduce((sum, amount) => sum + amount, 0),
      );
      const limit = quota.limit$.value;
      // A limit that nobody watches stays as it was.
      const isTooHigh = quota.limit$.observed && (state.limit ?? Infinity) > limit;
      const isWrong = state.used !== used || state.reserved !== reserved || isTooHigh;
      const shown = JSON.stringify(state);
      return isWrong
        ? [`quota ${at} of ${index} is ${shown}, not ${used}, ${reserved}, ${limit}`]
        : [];
    }),
  );
}

/** One timer for each line at most, none where nobody waits. */
function wrongTimers({ world, waiting }: Play): string[] {
  const lines = new Set(waiting.filter(({ by }) => by.isOpen).map(({ by }) => by)).size;
  const { timers } = world.time;
  return timers > lines ? [`${timers} timers for ${lines} lines`] : [];
}

/** Those who are first in line and wait without a reason. */
function wrongWaits(play: Play): string[] {
  const heads = headsOf(play);
  return heads
    .filter((head) => !hasReason(head, heads, play))
    .map(({ id, cost, by }) => {
      const shown = JSON.stringify([cost, by.tracker.quotas, by.tracker.gate]);
      return `${id} waits for nothing: ${shown}`;
    });
}

function headsOf({ waiting }: Play): SimulatedCall[] {
  const isFirst = ({ by }: SimulatedCall, index: number) =>
    waiting.findIndex((call) => call.by === by) === index;
  return waiting.filter(isFirst).filter(({ by }) => by.isOpen);
}

function hasReason(head: SimulatedCall, heads: readonly SimulatedCall[], play: Play): boolean {
  if (!fits(head) || isShut(head.by, play)) return true;
  // Somebody who came before waits for something shared that both of them need.
  return heads.some(
    (other) =>
      other.id < head.id &&
      haveInCommon(other.by, head.by) &&
      (!fits(other, true) ||
        isShut(other.by, play) ||
        hasReason(other, heads.slice(0, heads.indexOf(other)), play)),
  );
}

/** Whether there is room in all of its quotas, or in those that it shares. */
function fits({ by, cost }: SimulatedCall, inSharedOnly = false): boolean {
  return by.tracker.quotas.every(({ unit, limit, remaining }, index) => {
    if (inSharedOnly && !by.quotas[index]!.window.isShared) return true;
    if (limit === undefined) return false;
    const amount = amountIn(cost, unit);
    return amount === undefined ? remaining > 0 : amount <= remaining;
  });
}

function isShut(by: NaiveTracker, { calls, now }: Play): boolean {
  const { status, reopensAt } = by.tracker.gate;
  if (reopensAt !== undefined) by.reopenedAt = reopensAt;
  if (status !== 'proving') return status === 'closed';
  // A probe is out: of it, or of one with which it shares something.
  return calls.some(
    (call) =>
      call.state === 'granted' &&
      !call.hasEnded &&
      !call.isLetIn &&
      now < call.answeredAt! + PROBE_IS_IN_MS &&
      (call.by === by || haveInCommon(call.by, by)),
  );
}

function haveInCommon(one: NaiveTracker, other: NaiveTracker): boolean {
  const windows = new Set(one.quotas.map(({ window }) => window));
  return other.quotas.some(({ window }) => window.isShared && windows.has(window));
}
