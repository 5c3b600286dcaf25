import { ThrownValueError } from './thrown-value-error.js';

/** What has a name and a message, as an `Error` does and `HttpErrorResponse` too, as it is; all else as a cause. */
export function errorLike(error: unknown): Error {
  return isErrorLike(error) ? error : new ThrownValueError(error);
}

function isErrorLike(error: unknown): error is Error {
  if (typeof error !== 'object' || error === null) return false;
  try {
    const { name, message } = error as Partial<Error>;
    return typeof name === 'string' && typeof message === 'string';
  } catch {
    return false; // one that throws when it is looked at
  }
}
