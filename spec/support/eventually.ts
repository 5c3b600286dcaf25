import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a busy machine; nothing is said of how quickly things happen. */
const WITHIN_MS = 30_000;
const EVERY_MS = 50;

/** Waits until what it is given no longer throws, and answers with its result; in the end throws its last error. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = WITHIN_MS } = {},
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await delay(EVERY_MS);
  }
}
