import type { ServiceSample } from '../../../src/dashboard/protocol.js';

/** A service that has done nothing yet, but for what is said of it. */
export function serviceSample(more: Partial<ServiceSample> = {}): ServiceSample {
  return {
    name: 'echo',
    model: 'echo-1',
    status: 'idle',
    queued: 0,
    inFlight: 0,
    retrying: 0,
    maxConcurrentJobs: null,
    quotas: [],
    lines: [],
    linesLeftOut: 0,
    gate: { status: 'open', opensInMs: null },
    blockedBy: null,
    throughput: { completed: 0, failed: 0, cancelled: 0, completedPerMinute: null },
    waitMs: null,
    runMs: null,
    spent: {},
    spentBy: [],
    labelsLeftOut: 0,
    events: [],
    eventsLeftOut: 0,
    canPause: false,
    point: { at: 0, queued: 0, inFlight: 0, completed: 0, used: {}, limits: {} },
    ...more,
  };
}
