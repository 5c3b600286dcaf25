/** One guarantee: its name, and what tries it. */
export interface ContractCase {
  /** The guarantee, in the third person: `it(name, run)` reads as a sentence. */
  readonly name: string;
  /** Tries it; rejects with `ContractViolationError`, or with what the tracker threw. */
  readonly run: () => Promise<void>;
}
