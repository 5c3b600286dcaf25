import { shownName } from '../shown-name.js';

/** One kind of value: how to know it, and what to say is allowed. Data, so that a bundler drops what nobody uses. */
export interface Kind {
  readonly isAllowed: (value: unknown) => boolean;
  readonly allowed: string;
  /** How to show what is not allowed. Default `kindOf`. */
  readonly shown?: (value: unknown) => string;
}

/** One of a few names. */
export function oneOf(...names: readonly string[]): Kind {
  return {
    isAllowed: (value) => names.includes(value as string),
    allowed: names.map((name) => `'${name}'`).join(', '),
    shown: shownName,
  };
}
