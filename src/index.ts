export type { CallOptions } from './call.js';
export type { CallContext } from './call-context.js';
export {
  InvalidOptionError,
  NoReservationError,
  NoResponseError,
  QueueFullError,
  QuotaExceededError,
  RxllmError,
  ServiceClosedError,
} from './errors.js';
/** @internal For the rings, which check options of their own. */
export { invalidOption } from './invalid-option.js';
export { LLMService, type LLMServiceFunctions, type LLMServiceOptions } from './llm-service.js';
export { rateLimit } from './operators/rate-limit.js';
export type { RateLimitOptions } from './operators/rate-limit-options.js';
export { CallQueue } from './queue/call-queue.js';
export { Queueable } from './queue/queueable.js';
export type { Done } from './resources.js';
export { type RunnableService, runServices, type ValueOf } from './run-services.js';
export { type CloseOptions, Service } from './service.js';
export type {
  EndedEvent,
  FaultEvent,
  QueuedEvent,
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
  inputTokensPerMinute,
  outputTokensPerMinute,
  type Quota,
  quota,
  requestsPerMinute,
  tokensPerMinute,
} from './usage/quota.js';
export type { QuotaState, RateTracker } from './usage/rate-tracker.js';
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
