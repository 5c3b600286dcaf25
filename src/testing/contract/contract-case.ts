/** One guarantee: its name, and what tries it. */
export interface ContractCase {
  /** The guarantee, in the third person: `it(name, run)` reads as a sentence. */
  readonly name: string;
  /**
   * Tries it; rejects with `ContractViolationError`, also for what the tracker throws, or with `InvalidOptionError`
   * where `make` gives no tracker or `now` no time.
   */
  readonly run: () => Promise<void>;
}
