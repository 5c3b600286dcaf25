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
export type { SimulatedProviderOptions, SimulatorOptions } from './options.js';
export { SimulatedProvider } from './provider.js';
export type { PerLimit } from './rate-limits.js';
export type {
  AdmittedRequest,
  Ending,
  HeaderValues,
  RefusedRequest,
  SimulatedRequest,
} from './simulated-request.js';
export { type Simulator, startSimulator } from './start-simulator.js';
export type { RefusedBy, SimulatorStats } from './stats.js';
export { promptTokens, textTokens } from './token-count.js';
