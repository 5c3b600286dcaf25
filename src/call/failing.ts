import type { Failure } from '../retry/failure.js';
import type { Verdict } from '../retry/retry-policy.js';
import type { RateLimitReading } from '../usage/rate-limit-reading.js';
import type { Usage } from '../usage/usage.js';
import type { Tried } from './tried.js';
import type { WorkedCall } from './worked-call.js';

/** What is known of failures, and decided about them. */
export interface Failures<Worked> {
  failureOf(error: unknown): Failure;
  /** What the call stays charged where nothing was reported: undefined gives all back. */
  usageOfFailed(call: Worked, failure: Failure): Usage | undefined;
  /** Whether the call is to be tried again. */
  verdict(call: Worked, error: unknown, failure: Failure): Verdict | undefined;
  /** It is to be, after so many ms. */
  retrying?(call: Worked, delayMs: number, error: unknown): void;
  /** Something went wrong that is no call's outcome. */
  fault(error: unknown): void;
}

/** An answer that tells nothing of limits, and so only that the call was let in. */
const LET_IN: RateLimitReading = Object.freeze({
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
});

/**
 * Does something about tries that fail: tells the gate, and lets the call go once more where it is worth it.
 *
 * Whatever it tells may end the call, or let another try begin, in the same turn.
 */
export class Failing<Worked extends WorkedCall<unknown, never>> {
  constructor(private readonly failures: Failures<Worked>) {}

  /** The provider has let the try in: it has responded, or come to its end. */
  letIn(run: Tried<Worked>): void {
    this.hear(run, LET_IN);
  }

  failed(run: Tried<Worked>, error: unknown): void {
    const failure = this.failures.failureOf(error);
    this.hear(run, failure);
    const canRetry = run.isLive && !run.hasResponded;
    const verdict = canRetry ? this.failures.verdict(run.call, error, failure) : undefined;
    if (!run.isLive) return;
    const usage = this.usageOf(run, failure);
    if (verdict && 'delayMs' in verdict) this.tryAgain(run, verdict.delayMs, error, usage);
    else run.fail(verdict?.error ?? error, usage);
  }

  /** The call waits again once this try has been torn down, without a permit and without a reservation. */
  private tryAgain(
    run: Tried<Worked>,
    delayMs: number,
    error: unknown,
    usage: Usage | undefined,
  ): void {
    const { call } = run;
    call.run = undefined;
    call.attempt += 1;
    call.retryInMs = delayMs;
    run.settle(usage);
    // Whoever hears of quotas may have cancelled it.
    if (!call.hasEnded) this.failures.retrying?.(call, delayMs, error);
    run.tearDown();
  }

  /** What was reported counts; without that, what the kind of failure says. */
  private usageOf({ call, reported, hasResponded }: Tried<Worked>, failure: Failure) {
    if (hasResponded) return reported ?? {};
    const usage = this.failures.usageOfFailed(call, failure);
    return usage || reported ? { ...usage, ...reported } : undefined;
  }

  /** A fault in a store must not keep the call from its end. */
  private hear({ reservation }: Tried<Worked>, reading: RateLimitReading): void {
    try {
      reservation?.hear?.(reading);
    } catch (error) {
      this.failures.fault(error);
    }
  }
}
