import { InvalidOptionError } from '../index.js';
import type { ChargeMode } from './charge-mode.js';
import type { Fault } from './fault.js';
import { DEFAULT_LATENCY, type Latency } from './latency.js';
import type { LimitModel } from './limit/limit-model.js';
import {
  checkOptions,
  FAULT_RULES,
  LATENCY_RULES,
  PROVIDER_RULES,
  type Rules,
} from './option-rules.js';

/** What the simulated provider enforces and how it behaves; every option may be left out. */
export interface SimulatedProviderOptions {
  /** The most requests in one window, at least 1; without it requests are not limited. */
  readonly requestsPerWindow?: number;
  /** The most tokens in one window; without it tokens are not limited. */
  readonly tokensPerWindow?: number;
  /** Length of the window in ms; 60,000 by default. */
  readonly windowMs?: number;
  /** How both limits count; the strictest, `'sliding-log'`, by default. */
  readonly limitModel?: LimitModel;
  /** The tokens that an admitted request is charged; `'real'` by default. */
  readonly charge?: ChargeMode;
  /** How long answers take; `DEFAULT_LATENCY` for what is left out. */
  readonly latency?: Partial<Latency>;
  /** Ms that a request travels before it is admitted, or `[least, most]` to draw from; 0 by default. */
  readonly networkMs?: number | readonly [number, number];
  /** The chance of each fault from 0 to 1, together at most 1; none by default. */
  readonly faults?: Partial<Readonly<Record<Fault, number>>>;
  /** Whole number that all chance is drawn from: the same seed, the same luck; 1 by default. */
  readonly seed?: number;
}

/** @internal */
export interface ResolvedProviderOptions extends Required<
  Omit<SimulatedProviderOptions, 'requestsPerWindow' | 'tokensPerWindow' | 'latency' | 'networkMs'>
> {
  readonly requestsPerWindow: number | undefined;
  readonly tokensPerWindow: number | undefined;
  readonly latency: Latency;
  readonly networkMs: readonly [number, number];
}

/**
 * Checks a provider's options and fills in what was left out.
 *
 * @throws InvalidOptionError for an option that is unknown or not allowed
 * @internal
 */
export function resolveProviderOptions(options: SimulatedProviderOptions): ResolvedProviderOptions {
  checkProviderOptions(options, PROVIDER_RULES);
  const { requestsPerWindow, tokensPerWindow, networkMs = 0 } = options;
  return {
    requestsPerWindow,
    tokensPerWindow,
    windowMs: options.windowMs ?? 60_000,
    limitModel: options.limitModel ?? 'sliding-log',
    charge: options.charge ?? 'real',
    latency: resolveLatency(options.latency ?? {}),
    networkMs: typeof networkMs === 'number' ? [networkMs, networkMs] : networkMs,
    faults: options.faults ?? {},
    seed: options.seed ?? 1,
  };
}

/**
 * Checks the options of whatever has a provider behind it, by the rules of its own.
 *
 * @throws InvalidOptionError for an option that is unknown or not allowed
 * @internal
 */
export function checkProviderOptions(options: SimulatedProviderOptions, rules: Rules): void {
  checkOptions(options, rules);
  checkOptions(options.latency ?? {}, LATENCY_RULES, 'latency.');
  checkOptions(options.faults ?? {}, FAULT_RULES, 'faults.');
  const chance = Object.values(options.faults ?? {}).reduce((sum, value) => sum + value, 0);
  // A hair more than 1, because ten times 0.1 is.
  if (chance > 1 + 1e-9)
    throw new InvalidOptionError('faults', `${chance.toFixed(3)} together`, 'at most 1');
}

function resolveLatency(given: Partial<Latency>): Latency {
  return {
    baseMs: given.baseMs ?? DEFAULT_LATENCY.baseMs,
    perTokenMs: given.perTokenMs ?? DEFAULT_LATENCY.perTokenMs,
    jitter: given.jitter ?? DEFAULT_LATENCY.jitter,
    slowFactor: given.slowFactor ?? DEFAULT_LATENCY.slowFactor,
  };
}
