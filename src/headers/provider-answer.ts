import type { HeadersLike } from './headers-view.js';

/** An answer of a provider, as far as `readRateLimits` reads it. */
export interface ProviderAnswer {
  /**
   * Whose answer it is: `openai`, `azure-openai`, `anthropic`, …. Families are told by the shape of their
   * headers, so an unknown provider is as good; only of Azure and GitHub Models the name says more than
   * the headers do: bare resets may be milliseconds.
   */
  readonly provider?: string | undefined;
  /** The HTTP status. */
  readonly status: number;
  /** A `Headers`, a `Map`, pairs, or a record with names in any case. */
  readonly headers: HeadersLike;
  /** What an error said: parsed, or its text. The body of a success is read only if it is an error event. */
  readonly body?: unknown;
  /** The time, in epoch milliseconds: what absolute resets count from when the answer has no `Date`. */
  readonly now: number;
}
