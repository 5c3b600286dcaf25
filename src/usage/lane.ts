import type { QuotaMeter } from './quota-meter.js';
import type { Shared } from './shared.js';

/** One quota of a ledger: its meter, and what it has in common with others where it is shared. */
export interface Lane {
  readonly meter: QuotaMeter;
  readonly shared?: Shared | undefined;
}
