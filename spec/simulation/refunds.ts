import type { Usage } from '../../src/index.js';
import type { StationParts } from './station-parts.js';

/** What the work of one try has come to. */
interface Try {
  hasAnswered: boolean;
  hasReported: boolean;
  error?: unknown;
}

/**
 * That what a try has reserved stays charged, or comes back, by what became of it:
 *
 * - never begun, or never sent: all comes back
 * - refused before any work: all but the request comes back
 * - anything else: what was reported stays, or else all
 */
export class Refunds {
  private readonly tries = new Map<number, Try>();

  constructor(
    private readonly parts: StationParts,
    private readonly callIdOf: (callerId: number) => number | undefined,
  ) {}

  begin(callId: number): void {
    this.tries.set(callId, { hasAnswered: false, hasReported: false });
  }

  answered(callId: number): void {
    this.note(callId, { hasAnswered: true });
  }

  reported(callId: number): void {
    this.note(callId, { hasReported: true });
  }

  failed(callId: number, error: unknown): void {
    this.note(callId, { error });
  }

  /** A reservation of his is settled to the usage, or given back. */
  check(callerId: number, usage: Usage | undefined): void {
    const callId = this.callIdOf(callerId);
    // Who acts on what he hears may end a call before others have heard of it.
    if (callId === undefined) return;
    const latest = this.tries.get(callId);
    this.tries.delete(callId);
    const wanted = wantedOf(latest);
    const isMeddled = latest?.error !== undefined && this.parts.run.meddling.isGoingOn;
    if (isMeddled || isAs(wanted, usage)) return;
    const shown = JSON.stringify({ ...latest, error: String(latest?.error), usage });
    this.parts.problem(`settles caller ${callerId} to other than ${wanted}: ${shown}`);
  }

  private note(callId: number, what: Partial<Try>): void {
    const latest = this.tries.get(callId);
    if (latest) Object.assign(latest, what);
  }
}

type Wanted = 'nothing' | 'the request' | 'all' | 'what was reported';

function wantedOf(latest: Try | undefined): Wanted {
  if (!latest) return 'nothing';
  const { hasAnswered, hasReported, error } = latest;
  if (hasReported) return 'what was reported';
  if (hasAnswered || error === undefined) return 'all';
  const { code, status, headers } = error as {
    readonly code?: string;
    readonly status?: number;
    readonly headers?: object;
  };
  if (code === 'ECONNREFUSED') return 'nothing';
  const isBusy = status === 503 && Object.keys(headers ?? {}).length > 0;
  return isBusy || [400, 429, 529].includes(status ?? 0) ? 'the request' : 'all';
}

function isAs(wanted: Wanted, usage: Usage | undefined): boolean {
  if (wanted === 'nothing') return usage === undefined;
  if (wanted === 'the request') return usage?.['tokens'] === 0 && !('requests' in usage);
  const isNamed = Object.keys(usage ?? {}).length > 0;
  return usage !== undefined && isNamed === (wanted === 'what was reported');
}
