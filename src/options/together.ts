import { InvalidOptionError } from '../errors.js';

/** Of two options that exclude each other both were given. */
export function conflict(option: string, other: string): InvalidOptionError {
  return new InvalidOptionError(option, `given beside ${other}`, 'one of them');
}

/** An option that another one needs was not given. */
export function missing(option: string, allowed: string): InvalidOptionError {
  return new InvalidOptionError(option, 'missing', allowed);
}
