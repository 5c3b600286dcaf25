/** What it throws; `'no error'` when it does not. */
export function errorOf(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return 'no error';
}
