import * as z from 'zod/mini';

/** A value that is allowed, and in words what is. */
export function kind(isAllowed: (value: unknown) => boolean, allowed: string) {
  return z.custom(isAllowed, allowed);
}

export const isNumber = (value: unknown): value is number => typeof value === 'number';

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';

export const isBetween = (value: unknown, least: number, most: number): value is number =>
  isNumber(value) && value >= least && value <= most;

export const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function');

export const text = kind(isText, 'a text that is not empty');
