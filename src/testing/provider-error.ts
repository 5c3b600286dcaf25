/** Header names with their values, in any case. */
export type ErrorHeaders = Readonly<Record<string, string>>;

/**
 * An error as clients of providers throw it: with a status, the headers of the answer and its body.
 *
 * `failureOf` and `readFailure` read from it what they read from a real one: whether the call is tried again, and
 * when.
 *
 * @example
 * providerError(429, { 'retry-after': '2' }); // refused: the gate closes for 2 s
 * providerError(500); // may pass: the call is tried again
 * providerError(400); // never will
 */
export function providerError(status: number, headers: ErrorHeaders = {}, body?: unknown): Error {
  const error = Object.assign(new Error(`status ${status}`), { status, headers });
  return body === undefined ? error : Object.assign(error, { body });
}
