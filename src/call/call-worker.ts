import type { ObservableInput } from 'rxjs';
import type { Call } from './call.js';
import { CallContext } from './call-context.js';
import type { AnswersInFlight } from '../estimate/answers-in-flight.js';
import { parseReading } from '../options/reading.js';
import type { Failure } from '../retry/failure.js';
import { failureOf } from '../retry/failure-of.js';
import { usageOfFailed } from '../retry/refund.js';
import type { RetryPolicy, Verdict } from '../retry/retry-policy.js';
import type { LatestCalls } from '../telemetry/latest-calls.js';
import type { ServiceEvents } from '../telemetry/service-events.js';
import type { Throughput } from '../telemetry/throughput.js';
import type { Clock } from '../time/clock.js';
import type { Timeouts } from './timeouts.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Usage } from '../usage/usage.js';
import { Failing, type Failures } from './failing.js';
import type { Ending, PipelineWorker } from './worker.js';

/** What the user's own code does for a call. */
export interface Work<Request, Response> {
  process(request: Request, context: CallContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  failureOf(error: unknown): Failure;
}

/** Who hears of the steps of calls, and decides what follows. */
export interface CallWorkerParts<Request, Response> {
  readonly units: readonly string[];
  readonly work: Work<Request, Response>;
  readonly tracker: RateTracker;
  readonly retry: RetryPolicy;
  readonly answers: AnswersInFlight | undefined;
  readonly events: ServiceEvents;
  readonly timeouts: Timeouts;
  readonly latest: LatestCalls;
  readonly throughput: Throughput;
  readonly clock: Clock;
}

/** Works for the calls of a service: runs the user's code, and tells each step to whom it concerns. */
export class CallWorker<Request, Response>
  implements PipelineWorker<Request, Response>, Failures<Call<Request, Response>>
{
  readonly failing = new Failing<Call<Request, Response>>(this);

  constructor(private readonly parts: CallWorkerParts<Request, Response>) {}

  contextOf({ id, label, attempt, reservation }: Call<Request, Response>): CallContext {
    return new CallContext(id, label, attempt, this.parts.units, reservation);
  }

  process(request: Request, context: CallContext): ObservableInput<Response> {
    return this.parts.work.process(request, context);
  }

  usageOf(response: Response): Usage | undefined {
    return this.parts.work.usageOf(response);
  }

  /** A fault in a user's reading of an error must not hide that error. */
  failureOf(error: unknown): Failure {
    try {
      return parseReading('failureOf(error)', this.parts.work.failureOf(error));
    } catch (fault) {
      this.fault(fault);
      return failureOf(error);
    }
  }

  usageOfFailed({ cost }: Call<Request, Response>, { kind }: Failure): Usage | undefined {
    return usageOfFailed(kind, cost);
  }

  verdict(call: Call<Request, Response>, error: unknown, failure: Failure): Verdict | undefined {
    const { attempt, reservation } = call;
    const hasGate = reservation?.hear !== undefined;
    const isInTime = (delayMs: number) => this.isInTime(call, delayMs);
    try {
      const failed = { attempt, error, failure, hasGate, isInTime };
      return this.parts.retry.verdict(failed, this.parts.clock.now());
    } catch (fault) {
      this.fault(fault);
      return undefined;
    }
  }

  endIfOver(call: Call<Request, Response>): void {
    this.parts.timeouts.endIfOver(call);
  }

  started(call: Call<Request, Response>): void {
    const { retry, answers, events, timeouts, latest, clock } = this.parts;
    if (call.attempt === 1) retry.called(call.reservation?.at ?? clock.now());
    latest.started(call);
    timeouts.started(call);
    answers?.started(call);
    // Whoever hears that less is held for it may have ended it.
    if (!call.hasEnded) events.started(call);
  }

  responded(call: Call<Request, Response>): void {
    this.parts.timeouts.responded(call);
  }

  retrying(call: Call<Request, Response>, delayMs: number, error: unknown): void {
    const { answers, events, timeouts, latest } = this.parts;
    latest.left(call);
    answers?.ended(call);
    events.retrying(call, call.attempt - 1, delayMs, error);
    // Last, as it may end the call, behind a gate that others have closed meanwhile.
    if (!call.hasEnded) timeouts.retrying(call);
  }

  ended(call: Call<Request, Response>, ending: Ending): void {
    const { answers, events, timeouts, latest, throughput } = this.parts;
    const { outcome, isEstimated = false } = ending;
    // Only what the provider has told of a whole answer shows how much answers take.
    const usage = outcome === 'completed' && !isEstimated ? ending.usage : undefined;
    throughput.count(outcome);
    timeouts.ended(call);
    if (outcome === 'completed') latest.ended(call, usage);
    else latest.left(call);
    answers?.ended(call, usage);
    events.ended(call, ending);
  }

  fault(error: unknown): void {
    this.parts.events.fault(error);
  }

  /** A try that could not begin in time is not made: the error of this one says more. */
  private isInTime(call: Call<Request, Response>, delayMs: number): boolean {
    const { tracker, timeouts, clock } = this.parts;
    if (!call.timing) return true;
    const reopensAt = tracker.gate?.reopensAt ?? -Infinity;
    return timeouts.allows(call.timing, Math.max(delayMs, reopensAt - clock.now()));
  }
}
