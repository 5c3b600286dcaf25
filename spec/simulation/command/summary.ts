import type { Answer } from './worker.js';

/** All that was met in many runs. */
export class Summary {
  seeds = 0;
  failed = 0;
  private calls = 0;
  private actions = 0;
  private readonly met = new Map<string, number>();
  private readonly startMs = performance.now();

  add({ calls, actions, met, problems }: Answer): void {
    this.seeds += 1;
    this.failed += problems.length > 0 ? 1 : 0;
    this.calls += calls;
    this.actions += actions;
    for (const [what, count] of met) this.met.set(what, (this.met.get(what) ?? 0) + count);
  }

  /** How far it has come, in one line. */
  get line(): string {
    const { seeds, failed, calls, actions } = this;
    const seconds = ((performance.now() - this.startMs) / 1_000).toFixed(0);
    const [allCalls, all] = [calls, actions].map((count) => count.toLocaleString('en'));
    return `${seeds} seeds, ${allCalls} calls, ${all} events in ${seconds} s: ${failed} failed`;
  }

  /** What was met, and how often. */
  get faults(): string {
    const sorted = [...this.met].sort(([one], [other]) => one.localeCompare(other));
    return sorted.map(([what, count]) => `${what} ${count.toLocaleString('en')}`).join(', ');
  }
}
