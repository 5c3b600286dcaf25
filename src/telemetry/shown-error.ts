import { RxllmError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { fieldOf, textIn } from '../retry/field.js';

/** Of a provider's code only a word: it could also hold a key. */
const CODE = /^[a-z_]{1,64}$/i;
const NAME = /^\w{1,64}$/;

/**
 * What a log may show of an error: of ours all that it says, of any other what it is. The words of a client may
 * quote a key, a prompt or an answer, and its fields often hold them.
 */
export function shownError(error: unknown): object {
  if (isOurs(error)) return { name: error.name, code: error.code, message: error.message };
  const [name, code, status] = [textIn(error, 'name'), textIn(error, 'code'), fieldOf(error, 'status')]; // prettier-ignore
  return {
    name: NAME.test(name) ? name : kindOf(error),
    ...(CODE.test(code) && { code }),
    ...(typeof status === 'number' && { status }),
  };
}

function isOurs(error: unknown): error is RxllmError {
  try {
    return error instanceof RxllmError;
  } catch {
    return false; // a proxy that throws when it is looked at
  }
}
