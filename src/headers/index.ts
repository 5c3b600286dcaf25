export type { HeadersLike, HeaderValue } from './headers-view.js';
export type { ProviderAnswer } from './provider-answer.js';
export type { RateLimit } from './rate-limit.js';
export type { RateLimitReading } from './rate-limit-reading.js';
export { readRateLimits } from './read-rate-limits.js';
