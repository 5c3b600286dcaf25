import type { Failure, FailureKind } from './failure.js';
import { fieldAt, textIn } from './field.js';
import { plainFailure } from './plain-failure.js';
import { toldWaitMs } from './told-wait.js';

const STATUS = [['status'], ['statusCode'], ['response', 'status'], ['response', 'statusCode']];
/** Where clients leave what the provider said: on the error itself (OpenAI), or inside of it. */
const TOLD = [[], ['error'], ['error', 'error'], ['data', 'error'], ['response', 'data', 'error']];
const NO_MONEY =
  /^(?:insufficient_(?:quota|balance|credits)|billing_(?:error|hard_limit_reached|not_active)|enforced_spend_limit_reached)$/i;
const TOO_MANY_AT_ONCE = /concurren|parallel|simultaneous/i;

/** What the status of an error tells, if it has one; 0 is that of a request that got no answer. */
export function failureByStatus(error: unknown): Failure | undefined {
  const status = statusOf(error);
  if (status === 0) return plainFailure('connection');
  if (!(status >= 400 && status < 600)) return undefined;
  const wait = toldWaitMs(error);
  const failure = plainFailure(kindOf(status, error, wait), wait);
  return status === 409 ? { ...failure, retryable: true } : failure;
}

/** Also a `code` that is one: of errors inside of streams, and of Google's. NaN where there is none. */
function statusOf(error: unknown): number {
  const numbers = STATUS.map((path) => fieldAt(error, path)).filter(isNumber);
  const code = fieldAt(error, ['code']);
  return numbers[0] ?? (isNumber(code) && code >= 400 ? code : NaN);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function kindOf(status: number, error: unknown, wait: number | null): FailureKind {
  switch (status) {
    case 402:
      return 'quota-exhausted';
    case 408:
      return 'timeout';
    case 413:
      return 'too-large';
    case 429:
      return kindOfRefusal(error);
    case 503:
      return wait === null ? 'server' : 'overloaded';
    case 529:
      return 'overloaded';
    default:
      return status < 500 ? 'rejected' : 'server';
  }
}

function kindOfRefusal(error: unknown): FailureKind {
  const told = TOLD.map((path) => fieldAt(error, path));
  const codes = told.flatMap((one) => [textIn(one, 'code'), textIn(one, 'type')]);
  if (codes.some((code) => NO_MONEY.test(code))) return 'quota-exhausted';
  const words = [...codes, ...told.map((one) => textIn(one, 'message'))];
  return words.some((word) => TOO_MANY_AT_ONCE.test(word)) ? 'concurrency' : 'rate';
}
