import type { Usage } from '../usage/usage.js';
import type {
  CallStep,
  EndedEvent,
  QueuedEvent,
  RetryingEvent,
  StartedEvent,
} from './service-event.js';

/**
 * One step in the life of one call, its responses included.
 *
 * ```text
 * queued ── started ── value ── value ── usage ── result
 *   │        ▲  └─ retrying ─┐                └── failed, and the error
 *   │        └───────────────┘
 *   └─ failed, and the error
 * ```
 */
export type CallEvent<Response> =
  | CallQueuedEvent
  | StartedEvent
  | ValueEvent<Response>
  | RetryingEvent
  | UsageEvent
  | ResultEvent<Response>
  | FailedEvent;

/** The call was accepted. */
export interface CallQueuedEvent extends QueuedEvent {
  /** Its place in the queue: 1 is the next to start. */
  readonly position: number;
  /** About when it will start, in ms of the service's scheduler; undefined where nobody knows. */
  readonly expectedStart: number | undefined;
}

/** A response. */
export interface ValueEvent<Response> extends CallStep {
  readonly type: 'value';
  /** The try that it is of, from 1. */
  readonly attempt: number;
  readonly response: Response;
}

/** What the call was settled to, when it has ended. */
export interface UsageEvent extends CallStep {
  readonly type: 'usage';
  readonly usage: Usage;
  /** Whether that is an estimate, or was counted here. */
  readonly isEstimated: boolean;
}

/** The call has been answered; nothing follows. */
export interface ResultEvent<Response> extends CallStep {
  readonly type: 'result';
  /** The last response; undefined when there was none. */
  readonly response: Response | undefined;
  /** Its last try, from 1. */
  readonly attempt: number;
  /** How long it was queued before its first try, in ms. */
  readonly waitMs: number;
  /** How long its last try worked, in ms. */
  readonly runMs: number;
}

/** The call has failed; the error follows as the Observable's own. */
export interface FailedEvent extends EndedEvent {
  readonly type: 'failed';
}
