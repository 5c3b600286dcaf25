import { InMemoryRateTracker, type Quota, type RateTracker } from '../../src/index.js';
import {
  type ContractCase,
  rateTrackerContract,
  type RateTrackerSubject,
  VirtualTime,
} from '../../src/testing/index.js';
import { farAway } from './contract/distant-tracker.js';
import { answeringByMicrotask } from './contract/promised-tracker.js';

type SetUp = (time: VirtualTime) => RateTrackerSubject;

/** Correct trackers, each in the conditions of another store. */
const setUps: Readonly<Record<string, SetUp>> = {
  'in memory, exact': (time) => ({
    make: (quotas) => inMemory(quotas, time),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
    timers: () => time.timers,
  }),
  // Once storms accused it: an answer by a promise came only when a long wait was over, and was dated then.
  'in memory, with answers by promises': (time) => ({
    make: (quotas) => answeringByMicrotask(inMemory(quotas, time)),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
    timers: () => time.timers,
  }),
  'with answers by promises, in a time that is the sum of all waits': (time) => ({
    make: async (quotas) => answeringByMicrotask(inMemory(quotas, time)),
    wait: async (ms) => time.advance(ms),
    windowMs: 400,
  }),
  'far away, in a time that is the sum of all waits, with slack': (time) => ({
    make: (quotas) => farAway(inMemory(quotas, time), 2, time),
    wait: (ms) => time.advance(ms),
    windowMs: 400,
    slackMs: 5,
  }),
  'far away, with as much slack as a window bears': (time) => ({
    make: (quotas) => farAway(inMemory(quotas, time), 30, time),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
    windowMs: 400,
    slackMs: 60,
  }),
  'in windows of a minute, with answers by promises': (time) => ({
    make: (quotas) => answeringByMicrotask(inMemory(quotas, time)),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
    windowMs: 60_000,
  }),
};

function inMemory(quotas: readonly Quota[], scheduler: VirtualTime): RateTracker {
  return new InMemoryRateTracker({ quotas, scheduler });
}

function casesIn(setUp: SetUp): readonly (readonly [string, ContractCase['run']])[] {
  return rateTrackerContract(setUp(new VirtualTime())).map(({ name, run }) => [name, run]);
}

describe('rateTrackerContract', () => {
  describe.each(Object.entries(setUps))('of a correct tracker %s', (_, setUp) => {
    it.each(casesIn(setUp))('%s', async (_, run) => {
      await run();
    });
  });

  it('names each of its cases once', () => {
    const names = casesIn(setUps['in memory, exact']!).map(([name]) => name);

    expect(new Set(names).size).toBe(names.length);
  });
});
