/**
 * Seeds that have found something, beyond those that are played anyhow; what they found has a spec of its own.
 * What a seed does changes with the simulation: they are kept as more of what is hard.
 *
 * - 309, 950, 1269: after a step of the clock forward, alarms were late (spec/time/alarms.spec.ts)
 */
export const REGRESSIONS: readonly number[] = [309, 950, 1_269];
