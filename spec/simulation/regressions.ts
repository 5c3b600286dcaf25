/**
 * Seeds that have found something, beyond those that are played anyhow; what they found has a spec of its own.
 * What a seed does changes with the simulation: they are kept as more of what is hard.
 */
export const REGRESSIONS: readonly number[] = [];
