export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

/** Asked for every call. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

/** A number, 0 or more; Infinity too. */
export function isNotNegative(value: unknown): boolean {
  return isNumber(value) && value >= 0;
}

export function isFinitePositive(value: unknown): boolean {
  return isNumber(value) && value > 0 && value < Infinity;
}

/** Whole, 1 or more. */
export function isCount(value: unknown): boolean {
  return isNumber(value) && Number.isInteger(value) && value >= 1;
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function hasMethod(value: unknown, name: string): boolean {
  return isObject(value) && isFunction((value as Record<string, unknown>)[name]);
}
