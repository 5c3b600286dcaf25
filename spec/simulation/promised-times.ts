import type { CallTimeoutError, DeadlineExceededError } from '../../src/index.js';
import type { Caller } from './caller.js';
import type { Story } from './story.js';

/** What must have happened, by name, and until when. */
type Due = readonly [name: string, at: number];

/** Nothing that he waits for is late. */
export function checkTimes(caller: Caller): void {
  if (caller.outcome || mayHaveEnded(caller)) return;
  const now = caller.parts.now();
  for (const [name, at] of dueOf(caller))
    if (now > at) caller.problem(`has waited past his ${name}, which was at ${at}`);
}

/** The try that starts then is in time. */
export function checkStart(caller: Caller, at: number): void {
  const { parts, story, startBy } = caller;
  const { queueTimeout = Infinity } = parts.options;
  if (at > startBy) caller.problem(`starts after his deadline, ${startBy}`);
  if (story && at > story.waitsSince + queueTimeout)
    caller.problem(`starts more than ${queueTimeout} ms after ${story.waitsSince}`);
}

/** Nobody is ended too early: a timeout ends a call at its very instant. */
export function checkTimeout(caller: Caller, { timeout, afterMs }: CallTimeoutError): void {
  const { parts, story } = caller;
  if (afterMs !== parts.options[timeout]) caller.problem(`has no ${timeout} of ${afterMs} ms`);
  const since = {
    timeout: caller.at,
    queueTimeout: story?.waitsSince,
    firstChunkTimeout: story?.startedAt,
    chunkTimeout: caller.lastValueAt,
  }[timeout];
  if (since === undefined || parts.now() !== since + afterMs)
    caller.problem(`is ended by ${timeout} of ${afterMs} ms, since ${String(since)}`);
}

/** A deadline ends a call at its very instant, or as soon as it is foreseen to be in vain. */
export function checkDeadline(caller: Caller, { expectedWaitMs }: DeadlineExceededError): void {
  const { startBy } = caller;
  const now = caller.parts.now();
  const isOver = now === startBy || (now === caller.at && now > startBy);
  if (expectedWaitMs === undefined ? !isOver : now + expectedWaitMs <= startBy)
    caller.problem(`is ended by his deadline, ${startBy}, expecting ${String(expectedWaitMs)}`);
}

/** What a promise tells comes later. */
function mayHaveEnded({ parts, story }: Caller): boolean {
  return parts.manner === 'promise' && (story?.state ?? 'ended') === 'ended';
}

function dueOf(caller: Caller): Due[] {
  const { story, parts, at } = caller;
  const { timeout = Infinity } = parts.options;
  const whole: Due = ['timeout', at + timeout];
  if (!story || story.state === 'ended' || parts.manner === 'promise') return [whole];
  return [whole, ...dueOfPhase(caller, story)];
}

function dueOfPhase({ parts, at, startBy, lastValueAt }: Caller, story: Story): Due[] {
  const {
    queueTimeout = Infinity,
    firstChunkTimeout = Infinity,
    chunkTimeout = Infinity,
  } = parts.options;
  const { state, waitsSince, startedAt = Infinity } = story;
  if (state !== 'started')
    return [
      ['deadline', Math.max(at, startBy)],
      ['queueTimeout', waitsSince + queueTimeout],
    ];
  if (lastValueAt === undefined) return [['firstChunkTimeout', startedAt + firstChunkTimeout]];
  return [['chunkTimeout', lastValueAt + chunkTimeout]];
}
