import { retryFields } from './retry-fields.js';
import { objectOf, type Schema } from './schema.js';

export function retry(): Schema {
  return objectOf({ optional: retryFields });
}
