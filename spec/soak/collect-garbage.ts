import { setImmediate } from 'node:timers/promises';
import type { Memory } from './messages.js';

const ROUNDS = 2;

/** Collects all garbage, and what finalizers and turns of the loop let go after that, and measures what is left. */
export async function collectGarbage(): Promise<Memory> {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc();
    await setImmediate();
  }
  globalThis.gc();
  const { heapUsed: heap, external } = process.memoryUsage();
  return { heap, external };
}
