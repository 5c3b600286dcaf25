import type { Observer, SchedulerLike } from 'rxjs';
import { Call } from './call/call.js';
import type { CallOptions } from './call/call-options.js';
import { timingOf } from './call/call-timing.js';
import { closedError } from './closed-error.js';
import type { Lifecycle } from './lifecycle.js';
import type { WeightOf } from './queue/line.js';
import type { Usage } from './usage/usage.js';

/** What a door asks of its service. */
export interface DoorParts<Request> {
  readonly name: string;
  readonly lifecycle: Lifecycle;
  readonly scheduler: SchedulerLike;
  readonly costOf: (request: Request) => Usage;
  readonly weightOf: WeightOf | undefined;
}

/** Makes calls of requests, or tells their callers why they are turned away. */
export class Door<Request, Response> {
  private lastCallId = 0;

  constructor(private readonly parts: DoorParts<Request>) {}

  /** Undefined for one that was turned away. */
  admit(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): Call<Request, Response> | undefined {
    try {
      return this.makeCall(request, options, reply);
    } catch (error) {
      reply.error(error);
      return undefined;
    }
  }

  private makeCall(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): Call<Request, Response> {
    // Again after each step that runs code of a user's, which may have closed the service meanwhile.
    this.check(options);
    const cost = this.parts.costOf(request);
    const { tenant, label, priority = 0, signal } = options;
    this.parts.weightOf?.(tenant);
    this.check(options);
    this.parts.lifecycle.start();
    this.check(options);
    const call = new Call(++this.lastCallId, request, cost, label, reply);
    call.priority = priority;
    call.tenant = tenant;
    call.signal = signal;
    call.timing = timingOf(options, this.parts.scheduler);
    return call;
  }

  private check({ signal }: CallOptions): void {
    if (!this.parts.lifecycle.isOpen) throw closedError(this.parts.name);
    if (signal?.aborted) throw signal.reason;
  }
}
