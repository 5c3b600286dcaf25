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
  if (blockedBy) return blocked(blockedBy, sample, elapsedMs);
  return sample.gate && sample.gate.status !== 'open'
    ? refused(sample.gate, elapsedMs)
    : { text: 'Starts at once: nothing is in its way', tone: 'calm' };
}

/** Whether calls pass, as a label. */
export function gateWords(gate: GateSample, elapsedMs: number): Words {
  if (gate.status === 'open') return { text: 'gate open', tone: 'calm' };
  if (gate.status === 'proving') return { text: 'gate proving', tone: 'wait' };
  const until = gate.opensInMs === null ? '' : `, ${left(gate.opensInMs, elapsedMs)}`;
  return { text: `gate closed${until}`, tone: 'stop' };
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

function blocked(blockedBy: BlockedBySample, sample: ServiceSample, elapsedMs: number): Words {
  const { reason, startsInMs } = blockedBy;
  const starts = startsInMs === null ? '' : `: starts in ${left(startsInMs, elapsedMs)}`;
  const about = startsInMs === null ? '' : `: starts in about ${left(startsInMs, elapsedMs)}`;
  if (reason === 'gate') return refused(sample.gate, elapsedMs, startsInMs);
  if (reason === 'quota') {
    return { text: `Waits for ${blockedBy.quota ?? 'a quota'}${starts}`, tone: 'wait' };
  }
  if (reason === 'permit') return { text: `Waits for a permit${about}`, tone: 'calm' };
  if (reason === 'resources')
    return { text: `Waits for resources to be acquired${starts}`, tone: 'wait' };
  return { text: `Waits for its turn at what is shared${starts}`, tone: 'wait' };
}

function refused(
  gate: GateSample | null,
  elapsedMs: number,
  startsInMs: number | null = null,
): Words {
  if (gate?.status === 'proving') {
    const text = 'The provider has refused calls: one tries whether it takes them again';
    return { text, tone: 'wait' };
  }
  const opensInMs = gate?.opensInMs ?? startsInMs;
  const until = opensInMs === null ? '' : `: reopens in ${left(opensInMs, elapsedMs)}`;
  return { text: `The provider has refused calls${until}`, tone: 'stop' };
}

function left(ms: number, elapsedMs: number): string {
  return shownTimeLeft(ms - elapsedMs);
}
