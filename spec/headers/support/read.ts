import {
  type HeadersLike,
  type RateLimitReading,
  readRateLimits,
} from '../../../src/headers/index.js';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

interface Refused {
  readonly provider?: string;
  readonly headers?: HeadersLike;
  readonly body?: unknown;
}

/** Headers of a success. */
export function readSuccess(headers: HeadersLike, provider?: string): RateLimitReading {
  return readRateLimits({ provider, status: 200, headers, now: NOW });
}

/** An error of this status. */
export function readError(
  status: number,
  { provider, headers = {}, body }: Refused,
): RateLimitReading {
  return readRateLimits({ provider, status, headers, body, now: NOW });
}

/** An OpenAI error as others have it too. */
export function messageOf(message: string, more: object = {}): object {
  return { error: { message, ...more } };
}
