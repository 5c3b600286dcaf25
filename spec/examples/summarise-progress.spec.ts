import { NEVER, of } from 'rxjs';
import { frameOf, lineOf } from '../../examples/summarise/frame.js';
import { type Progress, progressOf } from '../../examples/summarise/progress.js';
import { Account } from '../../examples/summarise/account.js';
import { timeLeftMs } from '../../examples/summarise/time-left.js';
import type { ServiceState } from '../../src/index.js';
import { marbles } from '../support/marbles.js';

const progress: Progress = {
  documents: { done: 1_234, total: 2_345 },
  calls: 12_345,
  callsInAll: 23_456,
  queued: 1_000,
  running: 500,
  windows: [
    { unit: 'requests', used: 9_000, limit: 10_000 },
    { unit: 'tokens', used: 999_999, limit: 1_000_000 },
  ],
  tokens: 12_345_678,
  cost: 12.3456,
  elapsedMs: 3_725_000,
  leftMs: 59_000,
};

describe('the frame', () => {
  it('tells all there is to know', () => {
    expect(frameOf(progress, 80)).toEqual([
      `documents  ${'━'.repeat(18)}╸${'─'.repeat(17)} 1,234 of 2,345`,
      `requests   ${'━'.repeat(32)}${'─'.repeat(4)} 9,000 of 10,000 a minute`,
      `tokens     ${'━'.repeat(35)}╸ 999,999 of 1,000,000 a minute`,
      'calls      1,000 queued, 500 running, 12,345 answered',
      'so far     12,345,678 tokens, $12.3456 in 62:05, about 0:59 left',
    ]);
  });

  it.each([1, 20, 40, 60, 80, 120, 300])('does not wrap in %i columns', (columns) => {
    for (const line of frameOf(progress, columns)) expect(line.length).toBeLessThan(columns);
  });

  it('fits into one line where nothing is drawn again', () => {
    expect(lineOf({ ...progress, cost: undefined })).toBe(
      '62:05  documents 1,234 of 2,345; calls 1,000 queued, 500 running, 12,345 answered; ' +
        'window 9,000 of 10,000 requests, 999,999 of 1,000,000 tokens; ' +
        '12,345,678 tokens, unknown cost; about 0:59 left',
    );
  });
});

describe('progressOf', () => {
  const state: ServiceState = {
    name: 'service',
    at: 0,
    status: 'running',
    queued: 3,
    queuedBy: [],
    blockedBy: undefined,
    throughput: { completed: 0, failed: 0, cancelled: 0, completedPerMinute: undefined },
    inFlight: 2,
    maxConcurrentJobs: 2,
    retrying: 0,
    quotas: [
      {
        unit: 'requests',
        used: 5,
        reserved: 0,
        usedByOthers: 0,
        resetAt: undefined,
        limit: 10,
        remaining: 5,
        windowMs: 60_000,
      },
    ],
    gate: undefined,
    estimates: [],
  };
  const documents = [
    { path: 'a.md', calls: 4, tokens: 4_000 },
    { path: 'b.md', calls: 1, tokens: 500 },
  ];

  it('moves when something has changed, and each second', () => {
    marbles(({ cold, expectObservable }) => {
      const shown$ = progressOf(cold('150ms a'), {
        documents,
        service: { state$: of(state), events$: NEVER },
        account: new Account(),
        callsAtOnce: 2,
      });
      const at = (done: number, seconds: number): unknown =>
        expect.objectContaining({
          documents: { done, total: 2 },
          callsInAll: 5,
          queued: 3,
          running: 2,
          elapsedMs: seconds * 1_000,
        });

      expectObservable(shown$, '2200ms !').toBe('100ms a 149ms b 849ms c 999ms d', {
        a: at(0, 0),
        b: at(1, 0),
        c: at(1, 1),
        d: at(1, 2),
      });
    });
  });
});

describe('timeLeftMs', () => {
  const rest = { elapsedMs: 0, calls: 20, callMs: 1_000, atOnce: 10 };
  const window = (limit: number, inAll: number) => ({ limit, inAll, windowMs: 60_000 });

  it.each([
    ['all fits into a window', [window(100, 20)], 0, 2_000],
    ['it fills a window exactly', [window(20, 20)], 0, 2_000],
    ['there are two windows of it', [window(15, 20)], 0, 60_000 + 1_500],
    ['time passes', [window(15, 20)], 50_000, 10_000 + 1_500],
    ['the last window has opened', [window(15, 20)], 61_000, 1_500],
    ['the other quota binds', [window(100, 20), window(1_000, 2_500)], 0, 120_000 + 2_000],
  ])('counts windows: %s', (_, windows, elapsedMs, expected) => {
    expect(timeLeftMs({ ...rest, windows, elapsedMs })).toBe(expected);
  });

  it('is nothing when no call is left', () => {
    expect(timeLeftMs({ ...rest, calls: 0, windows: [window(15, 15)] })).toBe(0);
  });
});
