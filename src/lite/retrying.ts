import type { SchedulerLike } from 'rxjs';
import type { RetryAfterTooLongError } from '../errors.js';
import { Failing, type Failures } from '../call/failing.js';
import type { WorkedCall } from '../call/worked-call.js';
import { parseReading } from '../options/reading.js';
import type { Failure } from '../retry/failure.js';
import { failureOf } from '../retry/failure-of.js';
import { usageOfFailed } from '../retry/refund.js';
import { RetryPolicy, type Verdict } from '../retry/retry-policy.js';
import type { Clock } from '../time/clock.js';
import { Delays } from '../time/delays.js';
import { Gate } from '../usage/gate.js';
import type { RateLimitReading } from '../usage/rate-limit-reading.js';
import type { Usage } from '../usage/usage.js';
import type { Passage, PassedGate } from './passed-gate.js';
import type { RetriesOptions } from './retries-options.js';
import type { ServiceState } from './service-state.js';

/** Any call. */
export type RetriedCall = WorkedCall<unknown, never>;

/** What a service gives to what retries its calls. */
export interface RetryingParts<Call> {
  readonly scheduler: SchedulerLike;
  readonly clock: Clock;
  /** Told of each call whose time for another try has come. */
  readonly again: (call: Call) => void;
  /** Told when the gate has closed, or reopened. */
  readonly onChange: () => void;
  /** Told of a fault in a function of the user's. */
  readonly fault: (error: unknown) => void;
}

/** The retries of one service: reads failures, keeps the gate, and holds who waits for another try. */
export class Retrying<Call extends RetriedCall> implements PassedGate, Failures<Call> {
  readonly failing = new Failing<Call>(this);
  private readonly options: RetriesOptions;
  private readonly parts: RetryingParts<Call>;
  private readonly gate: Gate;
  private readonly policy: RetryPolicy;
  private readonly delays: Delays<Call>;
  private lastTicket = 0;

  constructor(options: RetriesOptions, parts: RetryingParts<Call>) {
    this.options = options;
    this.parts = parts;
    this.gate = new Gate(options);
    this.policy = new RetryPolicy(options);
    this.delays = new Delays(parts.scheduler, parts.clock, parts.again);
  }

  state(now: number): Pick<ServiceState, 'retrying' | 'gate'> {
    return { retrying: this.delays.size, gate: this.gate.state(now) };
  }

  refusal(now: number): RetryAfterTooLongError | undefined {
    return this.gate.refusal(now);
  }

  waitMs(now: number): number {
    return this.gate.waitMs(now);
  }

  waitUntilItChanges(now: number): number {
    return this.gate.waitUntilItChanges(now);
  }

  pass(now: number): Passage {
    const ticket = ++this.lastTicket;
    this.gate.pass(ticket, now);
    return {
      hear: (reading) => {
        this.hear(ticket, reading);
      },
      left: (at) => this.gate.gone(ticket, at),
    };
  }

  started({ attempt }: Call): void {
    if (attempt === 1) this.policy.called(this.parts.clock.now());
  }

  /** A fault in a user's reading of an error must not hide that error. */
  failureOf(error: unknown): Failure {
    const { failureOf: read = failureOf } = this.options;
    try {
      return parseReading('failureOf(error)', read(error));
    } catch (fault) {
      this.fault(fault);
      return failureOf(error);
    }
  }

  usageOfFailed({ cost }: Call, { kind }: Failure): Usage | undefined {
    return usageOfFailed(kind, cost);
  }

  /** Whether the call is to be tried again. */
  verdict({ attempt }: Call, error: unknown, failure: Failure): Verdict | undefined {
    try {
      const failed = { attempt, error, failure, hasGate: true };
      return this.policy.verdict(failed, this.parts.clock.now());
    } catch (fault) {
      this.fault(fault);
      return undefined;
    }
  }

  fault(error: unknown): void {
    this.parts.fault(error);
  }

  /** Until it is time for another try; what waits for the gate is at the front of its priority at once. */
  wait(call: Call, delayMs: number): void {
    if (delayMs > 0) this.delays.add(call, delayMs);
    else this.parts.again(call);
  }

  /** It is tried no more. */
  drop(call: Call): void {
    this.delays.delete(call);
  }

  private hear(ticket: number, { shouldPause, retryAfterMs, retryable }: RateLimitReading): void {
    const refusal = { ticket, lastTicket: this.lastTicket, waitMs: retryAfterMs };
    const hasMoved = shouldPause
      ? this.gate.refused(refusal, this.parts.clock.now())
      : !retryable && this.gate.admitted(ticket);
    if (hasMoved) this.parts.onChange();
  }
}
