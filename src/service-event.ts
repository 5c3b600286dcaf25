/**
 * One step of a call, or a fault of an option. It carries no request and no response: those are the
 * caller's own.
 *
 * ```text
 * queued ── started ── completed | failed | cancelled
 *        └─ cancelled | failed
 * ```
 */
export type ServiceEvent = QueuedEvent | StartedEvent | EndedEvent | FaultEvent;

interface CallStep {
  /** The call's number within its service, from 1. */
  readonly callId: number;
  /** The label given in the call's options. */
  readonly label: string | undefined;
  /** When it happened, in ms of the service's scheduler. */
  readonly at: number;
}

/** The call was accepted. */
export interface QueuedEvent extends CallStep {
  readonly type: 'queued';
}

/** The call was let out: its work begins. */
export interface StartedEvent extends CallStep {
  readonly type: 'started';
  /** How long it was queued, in ms. */
  readonly waitMs: number;
}

/** The call has ended: by an answer, by an error, or because its caller left. */
export interface EndedEvent extends CallStep {
  readonly type: 'completed' | 'failed' | 'cancelled';
  /** How long it worked, in ms; undefined when it never started, or started before anybody listened. */
  readonly runMs: number | undefined;
  /** Of a failed call, what its caller got. */
  readonly error?: unknown;
}

/**
 * A live limit or bound gave a value that is not allowed, or failed: the last good value stays. Or the
 * teardown of a call's work threw.
 */
export interface FaultEvent {
  readonly type: 'fault';
  readonly callId?: undefined;
  readonly label?: undefined;
  /** When it was heard of, in ms of the service's scheduler. */
  readonly at: number;
  readonly error: unknown;
}
