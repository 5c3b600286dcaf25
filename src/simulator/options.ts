import type { SchedulerLike } from 'rxjs';
import {
  checkProviderOptions,
  isText,
  PROVIDER_RULES,
  rule,
  type Rules,
  type SimulatedProviderOptions,
  whole,
} from '../provider/index.js';

/** What the simulator needs to listen, besides what the provider behind it enforces. */
export interface SimulatorOptions extends SimulatedProviderOptions {
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  readonly port?: number;
  /** The key that requests must carry; without it any key and none is right. */
  readonly apiKey?: string;
  /** The models that exist; without it every name is a model. */
  readonly models?: readonly string[];
  /** The largest body of a request in bytes; 10,000,000 by default, a larger one is answered 413. */
  readonly maxBodyBytes?: number;
  /** Where time comes from; `monotonicScheduler` by default. */
  readonly scheduler?: SchedulerLike;
}

const SIMULATOR_RULES: Rules = {
  ...PROVIDER_RULES,
  port: whole(0, 65_535),
  apiKey: rule('a text that is not empty', isText),
  models: rule(
    'a list of names, at least one',
    (v) => Array.isArray(v) && v.length > 0 && v.every(isText),
  ),
  maxBodyBytes: whole(1, 2 ** 30),
  scheduler: rule(
    'a SchedulerLike',
    (v) => typeof (v as { schedule?: unknown } | null)?.schedule === 'function',
  ),
};

/**
 * Checks all of a simulator's options and picks those of the provider behind it.
 *
 * @throws InvalidOptionError for an option that is unknown or not allowed
 * @internal
 */
export function resolveSimulatorOptions(options: SimulatorOptions): SimulatedProviderOptions {
  checkProviderOptions(options, SIMULATOR_RULES);
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(PROVIDER_RULES, name)),
  );
}
