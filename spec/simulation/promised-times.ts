import type { CallTimeoutError, DeadlineExceededError } from '../../src/index.js';
import type { Caller } from './caller.js';
import type { Story } from './story.js';

/** What must have happened, by name: so many ms after an instant at the latest. */
interface Due {
  readonly name: string;
  readonly since: number;
  readonly ms: number;
}

/** Nothing that he waits for is late. */
export function checkTimes(caller: Caller): void {
  if (caller.outcome || mayHaveEnded(caller)) return;
  for (const { name, since, ms } of dueOf(caller))
    if (isAfter(caller, since, ms))
      caller.problem(`has waited past his ${name}, which was at ${since + ms}`);
}

/** The try that starts now is in time. */
export function checkStart(caller: Caller): void {
  const { parts, story, at, deadlineMs } = caller;
  const { queueTimeout = Infinity } = parts.options;
  if (isAfter(caller, at, deadlineMs)) caller.problem(`starts after his deadline, ${deadlineMs}`);
  if (story && isAfter(caller, story.waitsSince, queueTimeout))
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
  if (since === undefined || !isAt(caller, since, afterMs))
    caller.problem(`is ended by ${timeout} of ${afterMs} ms, since ${String(since)}`);
}

/** A deadline ends a call at its very instant, or as soon as it is foreseen to be in vain. */
export function checkDeadline(caller: Caller, { expectedWaitMs }: DeadlineExceededError): void {
  const { startBy, at, deadlineMs, parts } = caller;
  const { now, slack } = parts.run;
  const isOver = isAt(caller, at, deadlineMs) || (now === at && deadlineMs < 0);
  const isForeseen = expectedWaitMs !== undefined && now + expectedWaitMs > startBy;
  if (expectedWaitMs === undefined ? !isOver : slack.isExact && !isForeseen)
    caller.problem(`is ended by his deadline, ${startBy}, expecting ${String(expectedWaitMs)}`);
}

function isAfter({ parts }: Caller, since: number, ms: number): boolean {
  return parts.run.now > since + ms + parts.run.slack.lateMs(ms);
}

function isAt(caller: Caller, since: number, ms: number): boolean {
  const { now, slack } = caller.parts.run;
  return now >= since + ms - slack.forwardMs && !isAfter(caller, since, ms);
}

/** What a promise tells comes later. */
function mayHaveEnded({ parts, story }: Caller): boolean {
  return parts.manner === 'promise' && (story?.state ?? 'ended') === 'ended';
}

function dueOf(caller: Caller): Due[] {
  const { story, parts, at } = caller;
  const { timeout = Infinity } = parts.options;
  const whole = { name: 'timeout', since: at, ms: timeout };
  if (!story || story.state === 'ended' || parts.manner === 'promise') return [whole];
  return [whole, ...dueOfPhase(caller, story)];
}

function dueOfPhase({ parts, at, deadlineMs, lastValueAt }: Caller, story: Story): Due[] {
  const {
    queueTimeout = Infinity,
    firstChunkTimeout = Infinity,
    chunkTimeout = Infinity,
  } = parts.options;
  const { state, waitsSince, startedAt = Infinity } = story;
  if (state !== 'started')
    return [
      { name: 'deadline', since: at, ms: Math.max(0, deadlineMs) },
      { name: 'queueTimeout', since: waitsSince, ms: queueTimeout },
    ];
  if (lastValueAt === undefined)
    return [{ name: 'firstChunkTimeout', since: startedAt, ms: firstChunkTimeout }];
  return [{ name: 'chunkTimeout', since: lastValueAt, ms: chunkTimeout }];
}
