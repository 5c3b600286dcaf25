import { RxllmError } from './rxllm-error.js';

/** As many calls are queued as `queueLimit` allows: this one was refused, or dropped for a newer one. */
export class QueueFullError extends RxllmError {
  static override readonly code = 'QUEUE_FULL';

  constructor(
    /** The most calls that may be queued. */
    readonly queueLimit: number,
    /** Whether it was queued, and had to leave for a newer one. */
    readonly wasDropped = false,
  ) {
    super(
      QueueFullError.code,
      wasDropped
        ? `the queue is full, as it may hold ${queueLimit} calls, and this one was dropped for a newer one; ` +
            "raise queueLimit, or let whenQueueFull be 'refuse'"
        : `the queue is full, as it may hold ${queueLimit} calls; wait until some have started, or raise queueLimit`,
    );
  }
}
