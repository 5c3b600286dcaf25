/**
 * Seeds that have found something, beyond those that are played anyhow. What a seed does changes with the
 * simulation, so what they found in rxllm has a spec of its own; they are kept as more of what is hard.
 *
 * - 309, 950, 1269: after a step of the clock forward, alarms were late (spec/time/alarms.spec.ts)
 * - 5840: a call was told to have started after its end (spec/call/cancelled-as-it-starts.spec.ts)
 * - 5049, 5895: retries come back later after a step back of the clock, and were taken to be overtaken
 * - 7352: who waited behind another service's call was taken to wait for nothing
 * - 7625: without a margin, a way as uneven as early timers is makes a 429 unavoidable
 * - 392, 2057, 2610, 2827: who aborts a shared signal while a call is dropped was not taken for a meddler
 */
export const REGRESSIONS: readonly number[] = [
  309, 392, 950, 1_269, 2_057, 2_610, 2_827, 5_049, 5_840, 5_895, 7_352, 7_625,
];
