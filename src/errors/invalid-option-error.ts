import { RxllmError } from './rxllm-error.js';

/** An option, an argument or a result of a user's function is out of range, unknown or missing. */
export class InvalidOptionError extends RxllmError {
  static override readonly code = 'INVALID_OPTION';

  constructor(
    /** The option's name, as a path: `quotas[1].limit`. */
    readonly option: string,
    /** What was given: a number, a short text, or only its type where it could hold a secret. */
    readonly value: string,
    /** What would have been right. */
    readonly allowed: string,
  ) {
    super(InvalidOptionError.code, `option ${shortened(option)} is ${value}; allowed: ${allowed}`);
    this.option = shortened(option);
  }
}

/** A name may be as long as a user, or a provider, likes. */
function shortened(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}
