import { RxllmError } from '../index.js';
import { shownValue } from './marbles/shown-value.js';

/** A rate tracker does not keep to the contract: its message says what was to be, and what was. */
export class ContractViolationError extends RxllmError {
  static override readonly code = 'CONTRACT_VIOLATION';

  constructor(
    /** What was looked at: `granted`, `used`, …. */
    readonly what: string,
    readonly expected: unknown,
    readonly actual: unknown,
  ) {
    super(
      ContractViolationError.code,
      `the rate tracker breaks its contract: ${what}\n\n  expected  ${shownValue(expected)}\n  actual    ${shownValue(actual)}\n`,
    );
  }
}
