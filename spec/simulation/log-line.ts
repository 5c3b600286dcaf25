import {
  CallTimeoutError,
  QueueFullError,
  RxllmError,
  type ServiceEvent,
} from '../../src/index.js';

/** When, who, what and why. */
export function lineOf({ at, callId, type, ...event }: ServiceEvent): string {
  const error = 'error' in event ? event.error : undefined;
  const why = error instanceof CallTimeoutError ? error.timeout : codeOf(error);
  const dropped = error instanceof QueueFullError && error.wasDropped ? ' dropped' : '';
  return `${at} ${callId ?? 0} ${type} ${why}${dropped}`;
}

/** Whether the line tells of the call. */
export function isOf(callId: number | undefined, line: string): boolean {
  return line.split(' ')[1] === `${callId}`;
}

function codeOf(error: unknown): string {
  return error instanceof RxllmError ? error.code : '';
}
