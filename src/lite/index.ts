export type { Failure, FailureKind } from '../retry/failure.js';
export { failureOf } from '../retry/failure-of.js';
export { monotonicScheduler } from '../time/monotonic-scheduler.js';
export type { RetryOptions } from '../retry/retry-options.js';
export type { ReportOptions, WorkContext as CallContext } from '../call/work-context.js';
export {
  InvalidOptionError,
  NoResponseError,
  QueueFullError,
  QuotaExceededError,
  RetryAfterTooLongError,
  RxllmError,
  ServiceClosedError,
} from '../errors.js';
export type { BlockedBy } from '../telemetry/blocked-by.js';
export type { GateState } from '../usage/gate.js';
export type { Usage } from '../usage/usage.js';
export type { CallOptions } from './call-options.js';
export {
  type CloseOptions,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
} from './llm-service.js';
export {
  type FixedQuota,
  inputTokensPerMinute,
  outputTokensPerMinute,
  requestsPerDay,
  requestsPerMinute,
  tokensPerMinute,
  usdPerDay,
} from './quota.js';
export { retries, type Retries } from './retries.js';
export type { RetriesOptions } from './retries-options.js';
export type { QuotaState, ServiceState } from './service-state.js';
