import { isCount } from './is.js';
import { type Kind, oneOf } from './kind.js';

const queueLimit: Kind = {
  isAllowed: (value) => value === Infinity || value === 0 || isCount(value),
  allowed: 'a whole number, 0 or more, or Infinity',
};

/** How many may be queued, and who goes when there are more. */
export const queueBounds = { queueLimit, whenQueueFull: oneOf('refuse', 'drop-oldest') };
