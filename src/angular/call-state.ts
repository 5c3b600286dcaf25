import type { CallSignal } from './call-signal-shape.js';
import type { CallStatus } from './call-status.js';
import { errorLike } from './error-like.js';
import type { Turn } from './turn.js';

/** All that a `CallSignal` shows, at one instant. */
export interface CallState<Value> {
  readonly status: CallStatus;
  readonly value: Value;
  readonly error: Error | undefined;
  readonly step: ReturnType<CallSignal<Value>['step']>;
}

/** The state in which a turn begins: at once, whenever its call is made. */
export function beginning<Value>(
  turn: Turn<unknown>,
  initialValue: Value,
  before: CallState<Value> | undefined,
): CallState<Value> {
  const value = before && turn.kind !== 'call' ? before.value : initialValue;
  const nothing = { value, error: undefined, step: undefined };
  if (turn.failure) return { ...nothing, status: 'error', error: errorLike(turn.failure.error) };
  if (turn.request === undefined || turn.kind === 'cancel') return { ...nothing, status: 'idle' };
  return { ...nothing, status: turn.kind === 'reload' ? 'reloading' : 'loading' };
}

export function isLoading({ status }: CallState<unknown>): boolean {
  return isUnanswered(status) || status === 'streaming';
}

export function isUnanswered(status: CallStatus): boolean {
  return status === 'loading' || status === 'reloading';
}
