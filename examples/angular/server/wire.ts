// What travels between the browser and the back end; the application imports it.

/** In characters. */
export const LONGEST_PROMPT = 2_000;

/** What a tab asks. */
export interface AskRequest {
  readonly prompt: string;
  /** A higher one goes first: a whole number from -10 to 10. */
  readonly priority: number;
  /** The tab, by an id that it has made. */
  readonly tenant: string;
}

/** The answer of `POST /api/ask`. */
export interface Answer {
  readonly text: string;
  /** Of the prompt and of the answer. */
  readonly tokens: number;
}

/** One event of `/api/stream`, in the order in which they come; the last one is `answered` or `failed`. */
export type StreamEvent =
  | { readonly type: 'queued'; readonly position: number; readonly promptTokens: number }
  | { readonly type: 'started'; readonly waitMs: number }
  | { readonly type: 'piece'; readonly text: string }
  | { readonly type: 'retrying'; readonly delayMs: number }
  | { readonly type: 'answered'; readonly tokens: number; readonly runMs: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** What everything but a stream is answered that goes wrong. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** A quota as it stands. */
export interface QuotaLevel {
  readonly unit: string;
  readonly limit: number;
  readonly windowMs: number;
  /** With what is reserved. */
  readonly used: number;
  readonly reserved: number;
}

/** The calls of one tab and one priority. */
export interface CallLine {
  readonly tenant: string;
  readonly priority: number;
  readonly queued: number;
  readonly inFlight: number;
}

/** The first event of `/api/usage`, named `history`: how full each quota was, a second apart, the oldest first. */
export type UsageHistory = Readonly<Record<string, readonly number[]>>;

/** Each further event of `/api/usage`. */
export interface UsageSnapshot {
  /** Whom the back end asks: `simulator`, or a host. */
  readonly provider: string;
  readonly model: string;
  readonly queued: number;
  readonly inFlight: number;
  /** Those with the highest priority first; at most 20. */
  readonly lines: readonly CallLine[];
  readonly quotas: readonly QuotaLevel[];
  /** What the next call waits for; null when none does. */
  readonly next: {
    readonly reason: string;
    readonly unit?: string;
    readonly waitMs?: number;
  } | null;
  readonly ended: {
    readonly answered: number;
    readonly failed: number;
    readonly cancelled: number;
    /** Null until that is known. */
    readonly perMinute: number | null;
  };
  readonly totals: {
    /** Requests that were answered, wholly or in part. */
    readonly requests: number;
    readonly promptTokens: number;
    readonly answerTokens: number;
    /** Answers of 429. */
    readonly refusals: number;
  };
}
