import type { Usage } from '../usage/usage.js';

/**
 * One step of a call, or a fault of an option. It carries no request and no response: those are the caller's own.
 *
 * `error` is the very error; as an error of a client may hold a key or a prompt, `console.log` and `JSON.stringify`
 * of an event show its name, code and status only, and the message where it is one of rxllm.
 *
 * ```text
 * queued ── started ── completed | failed | cancelled
 *   │         ▲  └─ retrying ── cancelled | failed
 *   │         └────────┘
 *   └─ cancelled | failed
 * ```
 */
export type ServiceEvent = QueuedEvent | StartedEvent | RetryingEvent | EndedEvent | FaultEvent;

/** What every step of a call tells. */
export interface CallStep {
  /** The call's number within its service, from 1. */
  readonly callId: number;
  /** The label given in the call's options. */
  readonly label: string | undefined;
  /** The tenant given in the call's options. */
  readonly tenant: string | undefined;
  /** The call's priority. */
  readonly priority: number;
  /** When it happened, in ms of the service's scheduler. */
  readonly at: number;
}

/** The call was accepted. */
export interface QueuedEvent extends CallStep {
  readonly type: 'queued';
  /** What it is expected to take, in the units that `costOf` names. */
  readonly cost: Usage;
}

/** The call was let out: its work begins. */
export interface StartedEvent extends CallStep {
  readonly type: 'started';
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** How long it was queued, in ms; of a later try how long since the one before failed. */
  readonly waitMs: number;
}

/** The try has failed, and another follows: the call waits with no permit and no reservation. */
export interface RetryingEvent extends CallStep {
  readonly type: 'retrying';
  /** The try that has failed, from 1. */
  readonly attempt: number;
  /** How long it waits before it is queued again, in ms; 0 where a closed gate makes it wait. */
  readonly delayMs: number;
  readonly error: unknown;
}

/**
 * The call has ended: by an answer, by an error (its own, a timeout, being refused or abandoned), or because its
 * caller left.
 */
export interface EndedEvent extends CallStep {
  readonly type: 'completed' | 'failed' | 'cancelled';
  /** Its last try, from 1. */
  readonly attempt: number;
  /**
   * How long it was queued before its first try, in ms; of one that never started, until now. Undefined when it
   * started before anybody listened.
   */
  readonly waitMs: number | undefined;
  /** How long its last try worked, in ms; undefined when it never started, or did before anybody listened. */
  readonly runMs: number | undefined;
  /**
   * What it was settled to, in the units that its cost or its usage names: what was not told, as estimated. Left out
   * when it never started or gave all back.
   */
  readonly usage?: Usage;
  /** Whether that is an estimate, or was counted here until the call was cancelled or broke. */
  readonly isEstimated?: boolean;
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
  readonly tenant?: undefined;
  readonly priority?: undefined;
  /** When it was heard of, in ms of the service's scheduler. */
  readonly at: number;
  readonly error: unknown;
}
