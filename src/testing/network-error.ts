/**
 * An error of the network, as Node throws it: `ECONNRESET` (broken off), `ECONNREFUSED` (never sent), `ETIMEDOUT`, ….
 *
 * @example
 * networkError('ECONNREFUSED'); // never sent: nothing stays charged
 */
export function networkError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
