export type { CallOptions } from './call.js';
export type { CallContext, ReportOptions } from './call-context.js';
export {
  InvalidOptionError,
  NoReservationError,
  NoResponseError,
  QueueFullError,
  QuotaExceededError,
  RetryAfterTooLongError,
  RxllmError,
  ServiceClosedError,
} from './errors.js';
export {
  type Accounting,
  type AccountingRule,
  ACCOUNTINGS,
  type ExpectedTokens,
  type TokenCounts,
} from './estimate/accounting.js';
export type { EstimateState } from './estimate/estimate-state.js';
export { tokensOfText } from './estimate/estimate-tokens.js';
export { type TokenAccounting, tokenAccounting } from './estimate/token-accounting.js';
export type { TokenAccountingOptions } from './estimate/token-accounting-options.js';
/** @internal For the rings, which check options of their own. */
export { invalidOption } from './invalid-option.js';
export type { RetryOptions } from './retry/retry-options.js';
export type { OutputLearnerOptions } from './estimate/output-learner-options.js';
export { LLMService, type LLMServiceFunctions, type LLMServiceOptions } from './llm-service.js';
export { rateLimit } from './operators/rate-limit.js';
export type { RateLimitOptions } from './operators/rate-limit-options.js';
export { CallQueue } from './queue/call-queue.js';
export { Queueable } from './queue/queueable.js';
export type { Done } from './resources.js';
export type { Failure, FailureKind } from './retry/failure.js';
export { failureOf } from './retry/failure-of.js';
export { seededRandom } from './retry/seeded-random.js';
export { type RunnableService, runServices, type ValueOf } from './run-services.js';
export { type CloseOptions, Service } from './service.js';
export type {
  EndedEvent,
  FaultEvent,
  QueuedEvent,
  RetryingEvent,
  ServiceEvent,
  StartedEvent,
} from './service-event.js';
export type { ServiceState } from './service-state.js';
export { monotonicScheduler } from './time/monotonic-scheduler.js';
export {
  InMemoryRateTracker,
  type InMemoryRateTrackerOptions,
} from './usage/in-memory-rate-tracker.js';
export {
  budget,
  inputTokensPerMinute,
  outputTokensPerMinute,
  type Quota,
  quota,
  requestsPerDay,
  requestsPerMinute,
  tokensPerMinute,
  usdPerDay,
} from './usage/quota.js';
export { sharedQuota } from './usage/shared-quota.js';
export type { GateOptions, GateState } from './usage/gate.js';
export type { LimitModel } from './usage/window/window-of.js';
export type { QuotaState } from './usage/quota-state.js';
export type { RateLimit, RateLimitReading } from './usage/rate-limit-reading.js';
export type { RateTracker } from './usage/rate-tracker.js';
export type { Reservation } from './usage/reservation.js';
export {
  TimeBoundedUsageTracker,
  type TimeBoundedUsageTrackerOptions,
} from './usage/time-bounded-usage-tracker.js';
export type { Usage } from './usage/usage.js';
export {
  type ResponseParser,
  type UsageByModel,
  UsageTracker,
  type UsageUpdate,
} from './usage/usage-tracker.js';
