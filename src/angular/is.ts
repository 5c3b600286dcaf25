export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function hasMethods(value: unknown, ...names: readonly string[]): value is object {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && names.every((name) => isFunction((value as Record<string, unknown>)[name]));
}
