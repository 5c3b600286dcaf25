export {
  type AdmittedRequest,
  CHARGE_MODES,
  type ChargeMode,
  DEFAULT_LATENCY,
  type Ending,
  exchange,
  type ExchangeEvent,
  type Fault,
  FAULTS,
  type HeaderValues,
  type Latency,
  LIMIT_MODELS,
  type LimitModel,
  type OpenAIErrorBody,
  type Pace,
  type RefusedRequest,
  SimulatedProvider,
  type SimulatedProviderOptions,
  type SimulatedRequest,
  type SimulatorStats,
} from '../provider/index.js';
export { askProvider, type AskProviderOptions, type SimulatedAnswer } from './ask-provider.js';
export type { AskedCall } from './asked-call.js';
export type { ContractCase } from './contract/contract-case.js';
export { rateTrackerContract } from './contract/rate-tracker-contract.js';
export type { RateTrackerSubject } from './contract/subject.js';
export { ContractViolationError } from './contract-violation-error.js';
export { EndlessRunError } from './endless-run-error.js';
export type { FakeAnswer, FakeAnswers, FakeAnswerSequence } from './fake-answers.js';
export { FakeService, type FakeServiceOptions } from './fake-service.js';
export { ManualRateTracker } from './manual-rate-tracker.js';
export type { ManualRateTrackerOptions } from './manual-rate-tracker-options.js';
export type { ManualReservation } from './manual-reservation.js';
export type { Moment } from './marbles/moment.js';
export { networkError } from './network-error.js';
export { type ErrorHeaders, providerError } from './provider-error.js';
export { type MarbleHelpers, runMarbles, type RunMarblesOptions } from './run-marbles.js';
export { SimulatedService, type SimulatedServiceOptions } from './simulated-service.js';
export type { StartingService } from './starts.js';
export type { StartsExpectation } from './starts-expectation.js';
export { TimelineMismatchError } from './timeline-mismatch-error.js';
export { VirtualTime, type VirtualTimeOptions } from './virtual-time.js';
