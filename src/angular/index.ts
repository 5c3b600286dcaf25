export { callSignal } from './call-signal.js';
export type {
  AccumulatingOptions,
  CallSignalOptions,
  InitialValueOptions,
  LatestResponseOptions,
} from './call-signal-options.js';
export type { CallSignal } from './call-signal-shape.js';
export type { CallStatus } from './call-status.js';
export { injectLLMService } from './inject-llm-service.js';
export { provideLLMService } from './provide-llm-service.js';
export type { SamplingOptions } from './sampling-options.js';
export { ServiceNotProvidedError } from './service-not-provided-error.js';
export { stateSignal } from './state-signal.js';
export { ThrownValueError } from './thrown-value-error.js';
export { usageSignal } from './usage-signal.js';
