import type { Call } from './call.js';
import type { CallEnding } from './call-ending.js';
import type { CallTiming } from './call-timing.js';
import type { Deadlines } from './deadlines.js';
import { type CallTimeout, CallTimeoutError, DeadlineExceededError } from '../errors.js';
import type { Alarm, Alarms } from '../time/alarms.js';
import type { Clock } from '../time/clock.js';

type AnyCall = Call<unknown, never>;

/**
 * Ends calls that take longer than they may, whatever they are doing.
 *
 * ```text
 * subscribe ─ queued ─────────── started ──────── a ──── b ──────── end
 *           |─ queueTimeout, deadline ─|─ firstChunk ─|─ chunk ─|─ chunk ─|
 *           |─ timeout ────────────────────────────────────────────────|
 * ```
 */
export class Timeouts {
  constructor(
    private readonly clock: Clock,
    private readonly alarms: Alarms,
    private readonly deadlines: Deadlines,
    private readonly ending: CallEnding,
  ) {}

  /** The call was accepted. */
  queued(call: AnyCall): void {
    const { timing } = call;
    if (!timing) return;
    const now = this.clock.now();
    const { timeout } = timing.limits;
    if (timing.deadlineMs !== undefined) timing.startBy = now + timing.deadlineMs;
    if (timeout !== undefined) timing.whole = this.alarm(call, 'timeout', now + timeout);
    this.waits(call, timing, now);
  }

  /** A try has failed, and the call waits for the next. */
  retrying(call: AnyCall): void {
    if (call.timing) this.waits(call, call.timing, this.clock.now());
  }

  started(call: AnyCall): void {
    const { timing } = call;
    if (!timing) return;
    this.clear(timing);
    this.deadlines.delete(call);
    timing.respondedAt = undefined;
    const { firstChunkTimeout: ms } = timing.limits;
    if (ms !== undefined)
      timing.phase = this.alarm(call, 'firstChunkTimeout', this.clock.now() + ms);
  }

  /** The clock is read for each response, and the alarm set anew when it rings. */
  responded(call: AnyCall): void {
    const { timing } = call;
    if (!timing) return;
    const isFirst = timing.respondedAt === undefined;
    timing.respondedAt = this.clock.now();
    if (isFirst) this.awaitNext(call, timing);
  }

  ended(call: AnyCall): void {
    const { timing } = call;
    if (!timing) return;
    this.clear(timing);
    this.deadlines.delete(call);
    if (timing.whole) this.alarms.clear(timing.whole);
    timing.whole = undefined;
  }

  /** Whether a call that has failed could start again in time, so many ms from now. */
  allows(timing: CallTiming, waitMs: number): boolean {
    const { queueTimeout = Infinity } = timing.limits;
    const at = this.clock.now() + waitMs;
    return waitMs <= queueTimeout && at <= timing.startBy && at < (timing.whole?.at ?? Infinity);
  }

  /** Ends the call if it is time, so that nothing begins for it. */
  endIfOver(call: AnyCall): void {
    const whole = call.timing?.whole;
    if (whole && this.clock.now() >= whole.at) whole.ring();
  }

  /** Why the call need not even wait, when it is expected to for so long. */
  refusal({ timing }: AnyCall, waitMs: number): DeadlineExceededError | undefined {
    const leftMs = timing?.deadlineMs ?? Infinity;
    if (leftMs < 0) return new DeadlineExceededError(leftMs);
    // Nobody knows how long Infinity will be: a limit may be raised, or a pause end.
    return waitMs > leftMs && waitMs < Infinity
      ? new DeadlineExceededError(leftMs, waitMs)
      : undefined;
  }

  private waits(call: AnyCall, timing: CallTiming, now: number): void {
    this.clear(timing);
    const { queueTimeout = Infinity } = timing.limits;
    if (timing.startBy <= now + queueTimeout) {
      if (timing.startBy < Infinity) timing.phase = this.deadline(call, timing);
    } else timing.phase = this.alarm(call, 'queueTimeout', now + queueTimeout);
    // Last, as a gate that is closed may end it in this turn.
    if (timing.startBy < Infinity) this.deadlines.add(call);
  }

  private deadline(call: AnyCall, { startBy, deadlineMs = 0 }: CallTiming): Alarm {
    return this.endingAt(call, startBy, () => new DeadlineExceededError(deadlineMs));
  }

  private alarm(call: AnyCall, timeout: CallTimeout, at: number): Alarm {
    const afterMs = call.timing?.limits[timeout] ?? 0;
    return this.endingAt(call, at, () => new CallTimeoutError(timeout, afterMs));
  }

  private endingAt(call: AnyCall, at: number, error: () => unknown): Alarm {
    const { alarms, ending } = this;
    const ring = () => {
      ending.end(call, error());
    };
    return alarms.set(at, ring, () => ending.withdraw(call));
  }

  private awaitNext(call: AnyCall, timing: CallTiming): void {
    this.clear(timing);
    const { chunkTimeout: ms } = timing.limits;
    const { respondedAt } = timing;
    if (ms === undefined || respondedAt === undefined) return;
    timing.phase = this.alarms.set(respondedAt + ms, () => {
      if (timing.respondedAt !== respondedAt) this.awaitNext(call, timing);
      else this.ending.end(call, new CallTimeoutError('chunkTimeout', ms));
    });
  }

  private clear(timing: CallTiming): void {
    if (timing.phase) this.alarms.clear(timing.phase);
    timing.phase = undefined;
  }
}
