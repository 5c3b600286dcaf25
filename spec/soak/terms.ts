import type { Fault, SimulatorOptions } from 'rxllm/simulator';
import type { SoakOptions } from './soak-options.js';

/** Limits of the provider, told in each answer and never reached: every refusal is an injected one. */
export const LIMITS = { windowMs: 1_200, requests: 1_000_000, tokens: 1_000_000_000 };

/** Some calls have only so long, from subscribing to the end, in ms: about as long as they take. */
export const SHORT_TIMEOUT_MS = 50;

/** About 35 ms an answer, a slow one 350. */
const LATENCY = { baseMs: 20, perTokenMs: 1, jitter: 0.5, slowFactor: 10 };

/** How the faults share what there is of them; few that close the gate for all, and few that hang. */
const SHARES: Readonly<Record<Fault, number>> = {
  rate429: 0.08,
  bare429: 0.06,
  overloaded529: 0.06,
  status500: 0.25,
  hang: 0.01,
  brokenStream: 0.3,
  slow: 0.24,
};

/** The provider that the callers speak to. */
export function providerOf({ faults, seed }: SoakOptions): SimulatorOptions {
  const shares = Object.entries(SHARES).map(([fault, share]) => [fault, share * faults]);
  return {
    windowMs: LIMITS.windowMs,
    requestsPerWindow: LIMITS.requests,
    tokensPerWindow: LIMITS.tokens,
    latency: LATENCY,
    faults: Object.fromEntries(shares) as Record<Fault, number>,
    seed,
  };
}
