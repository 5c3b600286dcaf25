export type { CallOptions, CallTimeouts } from './call/call-options.js';
export type { CallContext } from './call/call-context.js';
export type { ReportOptions } from './call/work-context.js';
export {
  type CallTimeout,
  CallTimeoutError,
  DeadlineExceededError,
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
/** @internal For the virtual time of `rxllm/testing`. */
export { IndexedHeap } from './heap/indexed-heap.js';
/** @internal For the rings, which check options of their own. */
export { invalidOption } from './invalid-option.js';
/** @internal For the rings, whose errors show values as those of the core do. */
export { kindOf } from './kind-of.js';
/** @internal For the same. */
export { parseCallOptions } from './options/call.js';
/** @internal For the same. */
export { shownName } from './shown-name.js';
export type { RetryOptions } from './retry/retry-options.js';
export type { OutputLearnerOptions } from './estimate/output-learner-options.js';
export { LLMService, type LLMServiceFunctions, type LLMServiceOptions } from './llm-service.js';
export { balance } from './operators/balance.js';
export type { Callable } from './operators/callable.js';
export { fallback, type FallbackOptions } from './operators/fallback.js';
export { hedge, type HedgeOptions } from './operators/hedge.js';
export { rateLimit } from './operators/rate-limit.js';
export type { RateLimitOptions } from './operators/rate-limit-options.js';
export { shareInFlight, type ShareInFlightOptions } from './operators/share-in-flight.js';
export { CallQueue, type QueuedLine } from './queue/call-queue.js';
export { Queueable } from './queue/queueable.js';
export type { TenantWeights } from './queue/tenant-weights.js';
export type { Done } from './resources.js';
export type { Failure, FailureKind } from './retry/failure.js';
export { failureOf } from './retry/failure-of.js';
export { seededRandom } from './retry/seeded-random.js';
export {
  type RunnableService,
  type RunningServices,
  runServices,
  type ValueOf,
} from './run-services.js';
export { type CloseOptions, Service } from './service.js';
export type { BlockedBy } from './telemetry/blocked-by.js';
export type {
  CallEvent,
  CallQueuedEvent,
  FailedEvent,
  ResultEvent,
  UsageEvent,
  ValueEvent,
} from './telemetry/call-event.js';
export type {
  CallStep,
  EndedEvent,
  FaultEvent,
  QueuedEvent,
  RetryingEvent,
  ServiceEvent,
  StartedEvent,
} from './telemetry/service-event.js';
/** @internal For the dashboard, which shows errors as events do. */
export { shownError } from './telemetry/shown-error.js';
export type { ServiceState } from './telemetry/service-state.js';
export type { ThroughputState } from './telemetry/throughput.js';
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
export type { Forecast } from './usage/forecast.js';
export type { GateOptions, GateState } from './usage/gate.js';
export type { LimitModel } from './usage/window/limit-model.js';
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
