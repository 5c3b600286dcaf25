import { type SchedulerLike, Subject } from 'rxjs';
import { Clock } from '../time/clock.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import { Gate } from './gate.js';
import type { InMemoryRateTrackerOptions } from './in-memory-rate-tracker-options.js';
import type { Lane } from './lane.js';
import { laneOf, laneOver, learnedLane } from './lane-of.js';
import type { LedgerParts } from './ledger.js';
import { sharedClockOf, sharedLaneOf } from './shared-quota.js';

/** Makes the parts of a tracker's ledger. */
export function ledgerPartsOf(
  options: InMemoryRateTrackerOptions,
  scheduler: SchedulerLike,
): LedgerParts {
  const { limits, gate } = options;
  const isLearning = limits === 'learn';
  const clock = clockOf(options, scheduler);
  const lanes = lanesOf(options, scheduler, isLearning);
  return {
    lanes,
    // Who knows no limit at all sends one call, and learns from its answer what the rest may do.
    gate: new Gate({ isUnproven: isLearning && lanes.length === 0, ...gate }),
    clock,
    changes: new Subject<void>(),
    ...(isLearning && { learn: learnedLane }),
  };
}

function clockOf(options: InMemoryRateTrackerOptions, scheduler: SchedulerLike): Clock {
  if ('rateTracker' in options) return options.rateTracker.clock;
  return sharedClockOf(options.quotas, scheduler) ?? new Clock(scheduler);
}

/** Where the time of a tracker comes from. */
export function schedulerOf(options: InMemoryRateTrackerOptions): SchedulerLike {
  if ('rateTracker' in options) return options.rateTracker.scheduler;
  return options.scheduler ?? monotonicScheduler;
}

function lanesOf(
  options: InMemoryRateTrackerOptions,
  scheduler: SchedulerLike,
  isLearning: boolean,
): Lane[] {
  if ('rateTracker' in options)
    return [laneOver(options.rateTracker, options.rateLimit, isLearning)];
  const lanes = options.quotas.map(
    (quota, index) =>
      sharedLaneOf(quota, scheduler) ?? laneOf(quota, { name: `quotas[${index}]`, isLearning }),
  );
  // A shared quota that is given twice is still one.
  return [...new Set(lanes)];
}
