import { RxllmError } from '../errors.js';
import { causesOf } from './causes.js';
import type { Failure } from './failure.js';
import { failureByName } from './failure-by-name.js';
import { failureByStatus } from './failure-by-status.js';
import { plainFailure } from './plain-failure.js';

/**
 * Reads what kind of failure an error stands for, from its status, its code, its name and its causes.
 *
 * Knows the errors of `fetch`, Node, Angular's `HttpClient`, axios, the AI SDK and the SDKs that are made like
 * OpenAI's, by their fields and not by their classes. It tells no limits; `readFailure` of `rxllm/headers`
 * does, and reads bodies and dates too.
 *
 * - The outermost error that tells something decides; only a broken connection is told more exactly by its cause.
 * - A 503 means a lack of capacity, so that others should wait, only where it says how long.
 * - A cancelled call, and every error of rxllm itself, is `unknown`: nothing says that the same would not fail again.
 *
 * It throws nothing, whatever is thrown at it: getters that throw, proxies, cycles, texts of any length.
 *
 * @example
 * const { kind, retryAfterMs, shouldPause, retryable } = failureOf(
 *   Object.assign(new Error('Slow down'), { status: 429, headers: { 'Retry-After': '2' } }),
 * );
 * kind; // 'rate'
 * retryAfterMs; // 2000, with shouldPause and retryable
 */
export function failureOf(error: unknown): Failure {
  const told = causesOf(error).flatMap((cause) => toldBy(cause) ?? []);
  return told.find(({ kind }) => kind !== 'connection') ?? told[0] ?? plainFailure('unknown');
}

function toldBy(error: unknown): Failure | undefined {
  if (isOurs(error)) return plainFailure('unknown');
  return failureByStatus(error) ?? failureByName(error);
}

function isOurs(error: unknown): boolean {
  try {
    return error instanceof RxllmError;
  } catch {
    return false; // a proxy that throws when it is looked at
  }
}
