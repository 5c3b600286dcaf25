import { readUsage } from '../usage/read-usage.js';
import type { Usage } from '../usage/usage.js';

/** How to take a report of usage. */
export interface ReportOptions {
  /** Whether it was counted here rather than told by the provider. Default false. */
  readonly estimated?: boolean;
}

/** What `process` is told about the call that it works for. */
export class WorkContext {
  private controller: AbortController | undefined;
  private isAborted = false;
  /** @internal What was reported so far. */
  reported: Usage | undefined;
  /** @internal Whether that was counted here rather than told by the provider. */
  isEstimated = true;

  constructor(
    /** The call's number within its service, from 1. */
    readonly callId: number,
    /** The label given in the call's options. */
    readonly label: string | undefined,
    /** Which try this is, from 1. */
    readonly attempt: number,
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
   * settled to it when the call ends, also when it ends by an error or by cancelling. Say `estimated` of what
   * you have counted yourself, as the pieces of a stream, until the provider tells.
   *
   * @example
   * context.reportUsage({ inputTokens: 812, outputTokens: 40 });
   *
   * @throws InvalidOptionError unless every amount is finite and not negative.
   */
  reportUsage(usage: Usage | number, { estimated = false }: ReportOptions = {}): void {
    this.reported = { ...this.reported, ...readUsage(usage, this.units, 'reportUsage(usage)') };
    this.isEstimated = estimated;
  }

  /** @internal */
  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }
}
