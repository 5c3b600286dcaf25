// The instruments: CPU time of this process (which other processes of a shared machine hardly
// disturb), wall time, live heap, and the middle of several figures.
import { setImmediate } from 'node:timers/promises';

/** Runs `work` and says what it took: CPU (all threads, so the collector too) and wall time. */
export async function clocked(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs };
}

/** Bytes of the heap that are still reachable; needs `--expose-gc`. */
export async function liveHeapBytes() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

/** A failed check ends the process, and with it the whole run, with an error. */
export function mustEqual(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
