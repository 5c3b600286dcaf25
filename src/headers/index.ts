export type { Failure, FailureKind, RateLimit, RateLimitReading } from '../index.js';
export type { HeadersLike, HeaderValue } from './headers-view.js';
export type { ProviderAnswer } from './provider-answer.js';
export { readFailure, type ReadFailureOptions } from './read-failure.js';
export { readRateLimits } from './read-rate-limits.js';
