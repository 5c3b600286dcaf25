import { nextCall, resetWords } from '../../../src/dashboard/page/words.js';
import type { BlockedBySample, ServiceSample } from '../../../src/dashboard/protocol.js';
import { serviceSample } from './service-sample.js';

function blockedBy(
  reason: BlockedBySample['reason'],
  startsInMs: number | null = null,
  quota: string | null = null,
): Partial<ServiceSample> {
  return { status: 'running', queued: 1, blockedBy: { reason, quota, startsInMs } };
}

const closed = { gate: { status: 'closed', opensInMs: 12_000 } } as const;
const proving = { gate: { status: 'proving', opensInMs: null } } as const;

describe('nextCall', () => {
  it.each<[string, Partial<ServiceSample>]>([
    ['None is waiting', {}],
    ['Starts now', { status: 'running', queued: 1 }],
    [
      'Waits for tokens per minute: starts in 3.2 s',
      blockedBy('quota', 3_200, 'tokens per minute'),
    ],
    ['Waits for tokens per minute', blockedBy('quota', null, 'tokens per minute')],
    ['Waits for a quota: starts in 3.2 s', blockedBy('quota', 3_200)],
    ['Waits for a permit: starts in about 3.0 s', blockedBy('permit', 3_000)],
    ['Waits for a permit', blockedBy('permit')],
    ['Waits for resources to be acquired', blockedBy('resources')],
    ['Waits for its turn at what is shared', blockedBy('turn')],
    ['The provider has refused calls: reopens in 12 s', { ...blockedBy('gate'), ...closed }],
    ['The provider has refused calls: reopens in 12 s', closed],
    ['The provider has refused calls', { ...blockedBy('gate'), gate: null }],
    [
      'Waits while one call tries whether the provider takes calls',
      { ...blockedBy('gate'), ...proving },
    ],
    ['Paused: until resumed', { status: 'paused', queued: 1 }],
    ['Paused: until resumed', blockedBy('paused')],
    ['Closing: lets the calls that it has finish', { ...blockedBy('permit'), status: 'closing' }],
    ['Closed: takes no more calls', { status: 'closed' }],
  ])('says: %s', (text, sample) => {
    expect(nextCall(serviceSample(sample), 0).text).toBe(text);
  });

  it('counts down while no sample comes, and not below zero', () => {
    const sample = serviceSample(blockedBy('quota', 3_200, 'tokens per minute'));

    expect(nextCall(sample, 1_000).text).toBe('Waits for tokens per minute: starts in 2.2 s');
    expect(nextCall(sample, 9_000).text).toBe('Waits for tokens per minute: starts in 0.0 s');
  });

  it('asks for attention where a provider refuses, and for less where one only waits', () => {
    const tones = [closed, blockedBy('quota'), blockedBy('paused'), {}].map(
      (sample) => nextCall(serviceSample(sample), 0).tone,
    );

    expect(tones).toEqual(['stop', 'wait', 'held', 'calm']);
  });
});

describe('resetWords', () => {
  it.each([
    ['resets in 48 s', { windowMs: 60_000, resetsInMs: 48_000 }],
    ['nothing charged', { windowMs: 60_000, resetsInMs: null }],
    ['never resets', { windowMs: null, resetsInMs: null }],
  ])('says: %s', (text, quota) => {
    expect(resetWords(quota, 0)).toBe(text);
  });
});
