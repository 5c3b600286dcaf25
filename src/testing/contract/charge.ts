/** What one who was granted is charged from then on. */
export interface Charge {
  readonly name: string;
  /** When, in the tracker's time. */
  readonly at: number;
  amount: number;
  /** Whether it is neither settled nor given back. */
  isOpen: boolean;
}

/** Charges in words: `40 at 0 (1), 30 at 250 (2)`. */
export function chargesText(charges: readonly Charge[]): string {
  const counted = charges.filter(({ amount }) => amount > 0);
  return counted.map(({ name, at, amount }) => `${amount} at ${at} (${name})`).join(', ');
}
