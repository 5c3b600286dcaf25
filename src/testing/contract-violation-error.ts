import { RxllmError } from '../index.js';
import { shownValue } from './marbles/shown-value.js';

/** A rate tracker does not keep to the contract: its message says what was to be, what was, after which step and when. */
export class ContractViolationError extends RxllmError {
  static override readonly code = 'CONTRACT_VIOLATION';

  constructor(
    /** What was looked at: who was granted, what is used, …. */
    readonly what: string,
    readonly expected: unknown,
    /** What was there instead: of an error that was thrown the error, which is the `cause` too. */
    readonly actual: unknown,
    /** The step of the trial after which it was seen, and how many ms after its beginning. */
    readonly after: { readonly step: string; readonly atMs: number },
  ) {
    super(
      ContractViolationError.code,
      `the rate tracker breaks its contract: ${what}, after ${after.step}, at ${after.atMs} ms of the trial\n\n` +
        `  expected  ${shownValue(expected)}\n  actual    ${shownValue(actual)}\n`,
      actual instanceof Error ? { cause: actual } : undefined,
    );
  }
}
