/** Where a value is unknown. */
export const UNKNOWN = '–';

const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const LONGEST_EXACT = 10_000_000;
const MONEY: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£' };

/** `12,345`; from ten millions on `12.35M`. */
export function shownCount(value: number | null): string {
  if (value === null) return UNKNOWN;
  return Math.abs(value) < LONGEST_EXACT ? exact.format(value) : compact.format(value);
}

/** So many a minute, in two digits below 10, and in whole numbers from there on: `5.7`, `46`. */
export function shownRate(value: number | null): string {
  return value !== null && value < 10
    ? digits.format(value)
    : shownCount(value && Math.round(value));
}

/** Of an axis: `1.5K`. */
export function shownShort(value: number): string {
  return Math.abs(value) < 1 && value !== 0 ? digits.format(value) : short.format(value);
}

/** Whether a unit is money. */
export function isMoney(unit: string): boolean {
  return Object.hasOwn(MONEY, unit.toLowerCase());
}

/** An amount without its unit, other than the sign of a currency: `12,345`, `$0.25`. */
export function shownAmount(unit: string, value: number | null): string {
  if (value === null) return UNKNOWN;
  if (!isMoney(unit)) return shownCount(value);
  const sign = `${value < 0 ? '-' : ''}${MONEY[unit.toLowerCase()] ?? ''}`;
  return sign + shownMoney(Math.abs(value));
}

function shownMoney(value: number): string {
  if (value >= LONGEST_EXACT) return compact.format(value);
  return value > 0 && value < 0.1 ? digits.format(value) : cents.format(value);
}

/** `inputTokens` in words: `input tokens`. */
export function shownUnit(unit: string): string {
  if (isMoney(unit)) return unit.toUpperCase();
  return unit.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

const PARTS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** How long something took: `320 ms`, `3.2 s`, `48 s`, `3 min 20 s`. */
export function shownDuration(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  return ms < 999.5 ? `${Math.round(ms)} ms` : shownTimeLeft(ms);
}

/** What is left of a time, never in ms, as it changes while it is read: `0.3 s`, `48 s`, `3 min 20 s`. */
export function shownTimeLeft(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000) * 1000;
  const at = Math.max(
    0,
    PARTS.findIndex((part) => seconds >= part.ms),
  );
  const [whole, finer] = [PARTS[at], PARTS[at + 1]];
  if (!whole) return UNKNOWN;
  const rest = finer ? Math.floor((seconds % whole.ms) / finer.ms) : 0;
  const first = `${Math.floor(seconds / whole.ms)} ${whole.unit}`;
  return finer && rest > 0 ? `${first} ${rest} ${finer.unit}` : first;
}

/** The time of a day: `14:03:59`. */
export function shownTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** A share of a whole: `82%`. */
export function shownShare(share: number): string {
  return `${Math.round(share * 100)}%`;
}
