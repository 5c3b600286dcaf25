import { FAULTS, type Fault } from './fault.js';
import type { PerLimit } from './rate-limits.js';
import type { Ending } from './simulated-request.js';

/** What a simulated provider has seen and done since it was made, or since its stats were reset. */
export interface SimulatorStats {
  /** Requests that were well formed and reached the limits. */
  readonly requests: number;
  /** Requests that were answered 400, 401, 404, 405 or 413 before they reached the limits. */
  readonly invalid: number;
  /** Requests that fitted and were charged. */
  readonly admitted: number;
  /** Answers that were sent to their end. */
  readonly answered: number;
  /** Answers of 429 by what refused: a limit, a request larger than the limit, an injected fault. */
  readonly refused: Readonly<Record<RefusedBy, number>>;
  /** The refusals that the client is to blame for: `refused.requests` + `refused.tokens`. */
  readonly limitsBroken: number;
  /** Tokens of the prompts of admitted requests. */
  readonly promptTokens: number;
  /** Tokens of answers, as far as they were produced. */
  readonly completionTokens: number;
  /** Tokens that admitted requests were charged, after corrections. */
  readonly chargedTokens: number;
  /** Answers that the client, or the closing simulator, cut off. */
  readonly aborted: number;
  /** Injected faults by kind. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** Requests admitted and not yet answered. */
  readonly inFlight: number;
  /** The most there were of these at once. */
  readonly maxInFlight: number;
  /** The largest share of each limit that was ever in use: 1 is the whole limit. */
  readonly windows: PerLimit;
  /**
   * What was charged as a share of what the limit grants from the first request to the last, at
   * least one window; a first burst can lift it above 1.
   */
  readonly quotaUsedShare: PerLimit;
}

/** What a 429 was answered for. */
export type RefusedBy = 'requests' | 'tokens' | 'tooLarge' | 'injected';

const noFaults = () =>
  Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;

/**
 * The counters behind `SimulatorStats`.
 *
 * @internal
 */
export class Tally {
  requests = 0;
  invalid = 0;
  admitted = 0;
  answered = 0;
  promptTokens = 0;
  completionTokens = 0;
  chargedTokens = 0;
  aborted = 0;
  maxInFlight = 0;
  readonly refused: Record<RefusedBy, number> = {
    requests: 0,
    tokens: 0,
    tooLarge: 0,
    injected: 0,
  };
  readonly faults = noFaults();
  private windows: PerLimit = {};
  private first: number | undefined;
  private last = 0;

  arrived(now: number): void {
    this.requests++;
    this.first ??= now;
    this.last = Math.max(this.last, now);
  }

  accepted(promptTokens: number, chargedTokens: number, inFlight: number): void {
    this.admitted++;
    this.promptTokens += promptTokens;
    this.chargedTokens += chargedTokens;
    this.maxInFlight = Math.max(this.maxInFlight, inFlight);
  }

  ended(ending: Ending, outputTokens: number): void {
    this.completionTokens += outputTokens;
    if (ending === 'answered') this.answered++;
    if (ending === 'aborted') this.aborted++;
  }

  used(shares: PerLimit): void {
    const before = this.windows;
    this.windows = Object.fromEntries(
      Object.entries(shares).map(([unit, share]) => [
        unit,
        Math.max(share, before[unit as keyof PerLimit] ?? 0),
      ]),
    );
  }

  /** How many windows lie between the first and the last request, at least one. */
  windowsPassed(windowMs: number): number {
    return Math.max(1, (this.last - (this.first ?? this.last)) / windowMs);
  }

  snapshot(inFlight: number, quotaUsedShare: PerLimit): SimulatorStats {
    const { requests, invalid, admitted, answered, refused, faults, windows } = this;
    const { promptTokens, completionTokens, chargedTokens, aborted, maxInFlight } = this;
    return {
      ...{ requests, invalid, admitted, answered },
      refused: { ...refused },
      limitsBroken: refused.requests + refused.tokens,
      ...{ promptTokens, completionTokens, chargedTokens, aborted },
      faults: { ...faults },
      ...{ inFlight, maxInFlight, windows, quotaUsedShare },
    };
  }
}
