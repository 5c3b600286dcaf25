import type { Failure, FailureKind } from './failure.js';

const PAUSING: readonly FailureKind[] = ['rate', 'concurrency', 'overloaded'];
const PASSING: readonly FailureKind[] = ['not-sent', 'server', 'timeout', 'connection', ...PAUSING];

/** A failure of which no more is known than its kind, and perhaps how long to wait, in ms. */
export function plainFailure(kind: FailureKind, retryAfterMs: number | null = null): Failure {
  return {
    kind,
    limits: [],
    retryAfterMs,
    shouldPause: PAUSING.includes(kind),
    retryable: PASSING.includes(kind),
  };
}
