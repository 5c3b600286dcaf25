// The simulated provider itself, without a network and without a clock. It is no entry of the package: `rxllm/simulator`
// puts it behind HTTP, `rxllm/testing` into virtual time, and both export what users need of it.
export type { Charge, Limit } from './limit/limit.js';
export { fixedWindow } from './limit/fixed-window.js';
export { LIMIT_MODELS, type LimitModel } from './limit/limit-model.js';
export { slidingLog } from './limit/sliding-log.js';
export { tokenBucket } from './limit/token-bucket.js';
export { CHARGE_MODES, type ChargeMode } from './charge-mode.js';
export { exchange, type ExchangeEvent } from './exchange.js';
export { type Fault, FAULTS } from './fault.js';
export { DEFAULT_LATENCY, type Latency, type Pace } from './latency.js';
export type { OpenAIErrorBody } from './openai-error.js';
/** @internal For what speaks OpenAI's protocol. */
export { openAIError } from './openai-error.js';
export type { SimulatedProviderOptions } from './options.js';
/** @internal For what has a provider behind it, and options of its own. */
export { checkProviderOptions } from './options.js';
/** @internal For the same. */
export { isText, PROVIDER_RULES, rule, type Rules, whole } from './option-rules.js';
export type { PerLimit } from './rate-limits.js';
export type {
  AdmittedRequest,
  Ending,
  HeaderValues,
  RefusedRequest,
  SimulatedRequest,
} from './simulated-request.js';
export { SimulatedProvider } from './simulated-provider.js';
export type { RefusedBy, SimulatorStats } from './stats.js';
export { promptTokens, textTokens } from './token-count.js';
