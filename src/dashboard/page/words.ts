import type { BlockedBySample, GateSample, ServiceSample } from '../protocol.js';
import { shownTimeLeft } from './format.js';

/** How much attention something asks for. */
export type Tone = 'calm' | 'wait' | 'held' | 'stop';

/** A sentence, and how loud it is. */
export interface Words {
  readonly text: string;
  readonly tone: Tone;
}

/** What the next call is waiting for, and until when, as it is `elapsedMs` after the sample. */
export function nextCall(sample: ServiceSample, elapsedMs: number): Words {
  const { status, blockedBy } = sample;
  if (status === 'closed') return { text: 'Closed: takes no more calls', tone: 'held' };
  if (status === 'closing') {
    return { text: 'Closing: lets the calls that it has finish', tone: 'held' };
  }
  if (status === 'paused' || blockedBy?.reason === 'paused') {
    return { text: 'Paused: until resumed', tone: 'held' };
  }
  if (blockedBy) return blocked(blockedBy, sample.gate, elapsedMs);
  if (sample.gate && sample.gate.status !== 'open') return shut(sample.gate, elapsedMs);
  return { text: sample.queued > 0 ? 'Starts now' : 'None is waiting', tone: 'calm' };
}

/** When nothing of a quota counts any more. */
export function resetWords(
  quota: { readonly windowMs: number | null; readonly resetsInMs: number | null },
  elapsedMs: number,
): string {
  if (quota.windowMs === null) return 'never resets';
  return quota.resetsInMs === null
    ? 'nothing charged'
    : `resets in ${left(quota.resetsInMs, elapsedMs)}`;
}

function blocked(
  { reason, quota, startsInMs }: BlockedBySample,
  gate: GateSample | null,
  elapsedMs: number,
): Words {
  const starts = until('starts in', startsInMs, elapsedMs);
  switch (reason) {
    case 'gate':
      return shut(gate ?? { status: 'closed', opensInMs: startsInMs }, elapsedMs);
    case 'permit':
      // By how long calls have run: nobody knows exactly.
      return { text: `Waits for a permit${starts.replace(' in ', ' in about ')}`, tone: 'calm' };
    case 'quota':
      return { text: `Waits for ${quota ?? 'a quota'}${starts}`, tone: 'wait' };
    case 'resources':
      return { text: `Waits for resources to be acquired${starts}`, tone: 'wait' };
    default:
      return { text: `Waits for its turn at what is shared${starts}`, tone: 'wait' };
  }
}

function shut({ status, opensInMs }: GateSample, elapsedMs: number): Words {
  if (status === 'proving') {
    return { text: 'Waits while one call tries whether the provider takes calls', tone: 'wait' };
  }
  const reopens = until('reopens in', opensInMs, elapsedMs);
  return { text: `The provider has refused calls${reopens}`, tone: 'stop' };
}

function until(words: string, ms: number | null, elapsedMs: number): string {
  return ms === null ? '' : `: ${words} ${left(ms, elapsedMs)}`;
}

function left(ms: number, elapsedMs: number): string {
  return shownTimeLeft(ms - elapsedMs);
}
