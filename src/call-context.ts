import { readUsage } from './usage/read-usage.js';
import type { Usage } from './usage/usage.js';

/** What `process` is told about the call that it works for. */
export class CallContext {
  /** Which try this is, from 1. */
  readonly attempt = 1;
  private controller: AbortController | undefined;
  private isAborted = false;
  /** @internal What was reported so far. */
  reported: Usage | undefined;

  constructor(
    /** The call's number within its service, from 1. */
    readonly callId: number,
    /** The label given in the call's options. */
    readonly label: string | undefined,
    private readonly units: readonly string[],
  ) {}

  /** Fires when the caller has left or the service was told to abandon the call. */
  get signal(): AbortSignal {
    // Made when first read: it costs about as much as the rest of a call's way.
    this.controller ??= new AbortController();
    if (this.isAborted) this.controller.abort();
    return this.controller.signal;
  }

  /**
   * Says what the call has really used so far; the latest word on each unit counts. The reservation is
   * settled to it when the call ends, also when it ends by an error or by cancelling.
   *
   * @example
   * context.reportUsage({ inputTokens: 812, outputTokens: 40 });
   */
  reportUsage(usage: Usage | number): void {
    this.reported = { ...this.reported, ...readUsage(usage, this.units, 'reportUsage(usage)') };
  }

  /** @internal */
  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }
}
