import { parseAmount } from '../options/parse-value.js';
import { parseReading } from '../options/reading.js';
import type { RateLimitReading } from '../usage/rate-limit-reading.js';
import type { Reservation } from '../usage/reservation.js';
import { WorkContext } from './work-context.js';

/** What `process` is told about the call that it works for, where what a provider tells is heard. */
export class CallContext extends WorkContext {
  constructor(
    callId: number,
    label: string | undefined,
    attempt: number,
    units: readonly string[],
    private readonly reservation: Reservation | undefined,
  ) {
    super(callId, label, attempt, units);
  }

  /**
   * Says what the provider's answer told of its limits, as `readRateLimits` of `rxllm/headers` reads it: limits
   * are narrowed to it, and the gate closes when it says so.
   *
   * @example
   * const { status, headers } = response;
   * context.reportLimits(readRateLimits({ status, headers, now: Date.now() }));
   *
   * @throws InvalidOptionError unless it is such a reading.
   */
  reportLimits(reading: RateLimitReading): void {
    this.reservation?.hear?.(parseReading('reportLimits(reading)', reading));
  }

  /**
   * Says for how long the provider has had the request by now, in ms, as `openai-processing-ms` tells it: what
   * was later there than the margin of a quota covers counts from when it came. A program's first requests are
   * late, as connections are made.
   *
   * @example
   * context.reportProcessing(Number(response.headers.get('openai-processing-ms')));
   *
   * @throws InvalidOptionError unless it is finite and not negative.
   */
  reportProcessing(ms: number): void {
    this.reservation?.arrived?.(parseAmount('reportProcessing(ms)', ms));
  }
}
