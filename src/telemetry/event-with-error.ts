import { shownError } from './shown-error.js';

/** An event that hands its error on as it is, and shows of it in a log what a log may show. */
class EventWithError {
  declare readonly error: unknown;

  /** For `JSON.stringify`. */
  toJSON(): object {
    return Object.assign({}, this, { error: shownError(this.error) });
  }

  /** For console.log. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON();
  }
}

/** The event with its error, which only who asks for it gets. */
export function withError<Event extends object>(
  event: Event,
  error: unknown,
): Event & { readonly error: unknown } {
  return Object.assign(new EventWithError(), event, { error });
}
