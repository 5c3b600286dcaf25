import { type Fields, parseFields } from '../options/fields.js';
import { aFunction } from '../options/kinds.js';
import { retryFields } from '../options/retry-fields.js';
import type { RetriesOptions } from './retries-options.js';
import { type RetriedCall, Retrying, type RetryingParts } from './retrying.js';

/** What `retry` of a service takes: made by `retries`. Several services may be given it; each retries by itself. */
export interface Retries {
  /** What it was made with. */
  readonly options: RetriesOptions;
  /** @internal The retries of one service. */
  start<Call extends RetriedCall>(parts: RetryingParts<Call>): Retrying<Call>;
}

const fields: Fields = { optional: { ...retryFields, failureOf: aFunction } };

/**
 * What a service does about calls that fail: tries again those that may pass, and after a refusal of the provider
 * lets none out until the time that it told.
 *
 * Apart, as it is a third of what a service with it adds to a page. Without it a failed call just fails. With it
 * failures are what they are to `LLMService` of `rxllm`: a 429 closes the gate, and one call probes before the rest
 * follow; each try reserves again; waiting holds no permit; retries of a minute are at most a fifth of its calls.
 *
 * ```text
 * process    a#(429, 2 s)         a ─ b ─
 * gate       |closed ── 2 s ─────|probing| open
 * ```
 *
 * @example
 * const chat = LLMService.of({
 *   modelName: 'gpt-4.1',
 *   quotas: [requestsPerMinute(60)],
 *   retry: retries({ maxAttempts: 3 }), // default 4, the first included
 *   process: (prompt: string) => http.post<Answer>('/api/ask', { prompt }),
 * });
 *
 * @throws InvalidOptionError naming the option, its value and what is allowed.
 */
export function retries(options: RetriesOptions = {}): Retries {
  const checked = { ...parseFields(fields, options, 'retries') };
  return { options: checked, start: (parts) => new Retrying(checked, parts) };
}
