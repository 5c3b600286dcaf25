import type { Amounts } from '../protocol.js';
import { isMoney } from './format.js';

/** Tokens of all kinds; null where none were counted. */
export function tokensOf(amounts: Amounts): number | null {
  const { tokens } = amounts;
  return tokens ?? sumOf(amounts, (unit) => /tokens$/i.test(unit));
}

/** What it has cost, in the first currency that there is; null where none was counted. */
export function costOf(amounts: Amounts): { readonly unit: string; readonly value: number } | null {
  const [first] = Object.entries(amounts).filter(([unit]) => isMoney(unit));
  return first ? { unit: first[0], value: first[1] } : null;
}

/** Adds up amounts, each unit by itself. */
export function totalOf(all: readonly Amounts[]): Amounts {
  const total: Record<string, number> = {};
  for (const [unit, value] of all.flatMap((amounts) => Object.entries(amounts))) {
    total[unit] = (total[unit] ?? 0) + value;
  }
  return total;
}

/** Units as a reader looks for them: requests, tokens, the rest, and money last. */
export function orderedUnits(amounts: Amounts): readonly string[] {
  return Object.keys(amounts).sort((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b));
}

function rankOf(unit: string): number {
  if (unit === 'requests') return 0;
  if (unit === 'tokens') return 1;
  return isMoney(unit) ? 3 : 2;
}

function sumOf(amounts: Amounts, isMeant: (unit: string) => boolean): number | null {
  const meant = Object.entries(amounts).filter(([unit]) => isMeant(unit));
  return meant.length === 0 ? null : meant.reduce((sum, [, value]) => sum + value, 0);
}
