import type { SchedulerLike } from 'rxjs';
import type { CallOptions, CallTimeouts } from './call-options.js';
import type { Alarm } from '../time/alarms.js';
import { msUntil } from '../time/ms-until.js';

/** Until when a call may do what, while it is on its way. */
export class CallTiming {
  /** Rings when the whole call has taken too long. */
  whole: Alarm | undefined = undefined;
  /** Rings when what it does now, waiting or working, has taken too long. */
  phase: Alarm | undefined = undefined;
  /** When its latest response came, in ms; undefined before the first one of a try. */
  respondedAt: number | undefined = undefined;
  /** The instant by which each try must start, in ms. */
  startBy = Infinity;

  constructor(
    readonly limits: CallTimeouts,
    /** How long its start could wait when it was made, in ms; undefined without a deadline. */
    readonly deadlineMs: number | undefined,
  ) {}
}

/** Undefined for a call that may take as long as it likes. */
export function timingOf(options: CallOptions, scheduler: SchedulerLike): CallTiming | undefined {
  const { timeout, queueTimeout, firstChunkTimeout, chunkTimeout, deadline } = options;
  if (deadline !== undefined)
    return new CallTiming(
      options,
      typeof deadline === 'number' ? deadline : msUntil(deadline, scheduler),
    );
  return (timeout ?? queueTimeout ?? firstChunkTimeout ?? chunkTimeout) === undefined
    ? undefined
    : new CallTiming(options, undefined);
}
