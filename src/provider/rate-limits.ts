import { goDuration } from './go-duration.js';
import type { Charge, Limit } from './limit/limit.js';
import { LIMIT_MODELS } from './limit/limit-model.js';
import type { ResolvedProviderOptions } from './options.js';
import type { Refusal } from './rate-limit-error.js';

type Unit = 'requests' | 'tokens';

/** A number for each unit that is limited. */
export type PerLimit = Partial<Readonly<Record<Unit, number>>>;

/**
 * All limits of a provider as one: a request fits into all of them or is charged to none.
 *
 * @internal
 */
export class RateLimits {
  private readonly requests: Limit | undefined;
  private readonly tokens: Limit | undefined;
  private readonly limits: readonly (readonly [Unit, Limit])[];

  constructor(options: ResolvedProviderOptions) {
    const { requestsPerWindow, tokensPerWindow, windowMs, limitModel } = options;
    const limitOf = (limit: number | undefined) =>
      limit === undefined ? undefined : LIMIT_MODELS[limitModel](limit, windowMs);
    this.requests = limitOf(requestsPerWindow);
    this.tokens = limitOf(tokensPerWindow);
    this.limits = [
      ...(this.requests ? [['requests', this.requests] as const] : []),
      ...(this.tokens ? [['tokens', this.tokens] as const] : []),
    ];
  }

  /** What the limit says that makes one request of `tokens` wait longest; nothing when it fits. */
  refusal(tokens: number, now: number): Refusal | undefined {
    return this.limits
      .map(([unit, limit]) => refusalOf(unit, limit, unit === 'requests' ? 1 : tokens, now))
      .filter(({ waitMs }) => waitMs > 0)
      .sort((a, b) => (a.waitMs < b.waitMs ? 1 : -1))[0];
  }

  /** Charges one request of `tokens`; the answer is what was taken of the tokens, if they are limited. */
  charge(tokens: number, now: number): Charge | undefined {
    this.requests?.charge(1, now);
    return this.tokens?.charge(tokens, now);
  }

  /** Makes an earlier charge `tokens`. */
  correct(charge: Charge, tokens: number, now: number): void {
    this.tokens?.correct(charge, tokens, now);
  }

  /** OpenAI's three headers for each limit that there is. */
  headers(now: number): Record<string, string> {
    return Object.fromEntries(
      this.limits.flatMap(([unit, limit]) => [
        [`x-ratelimit-limit-${unit}`, String(limit.limit)],
        [`x-ratelimit-remaining-${unit}`, String(Math.max(0, Math.floor(limit.remaining(now))))],
        [`x-ratelimit-reset-${unit}`, goDuration(limit.resetMs(now))],
      ]),
    );
  }

  /** One number for each limit that there is. */
  measure(by: (limit: Limit, unit: Unit) => number): PerLimit {
    return Object.fromEntries(this.limits.map(([unit, limit]) => [unit, by(limit, unit)]));
  }
}

function refusalOf(unit: Unit, limit: Limit, requested: number, now: number): Refusal {
  const waitMs = limit.waitMs(requested, now);
  const used = Math.ceil(limit.limit - limit.remaining(now));
  return { unit, limit: limit.limit, windowMs: limit.windowMs, used, requested, waitMs };
}
