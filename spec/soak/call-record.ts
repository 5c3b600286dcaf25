/** How an answer ended at the provider, as Node's HTTP server saw it. */
export interface AnswerEnd {
  /** 0 where none was sent. */
  readonly status: number;
  /** `finished`: all of it was handed to the system; `handed`: cut when it was complete; `cut`: in the middle. */
  readonly end: string;
}

/** All that is known of one try, by each side. */
export interface TryRecord {
  /** How often rxllm told that it started, and that another follows, with the reasons. */
  started: number;
  readonly retried: string[];
  /** How often the client was told to send it. */
  sent: number;
  /** How often the provider saw it come, and how its answers ended. */
  arrived: number;
  readonly answers: AnswerEnd[];
}

/** What a caller was told: `completed`, `failed` and the reason, `left`, `aborted`, or `mixed-up`. */
export interface Told {
  readonly how: string;
  readonly reason: string | undefined;
}

/** All that is known of one call, by each side. */
export interface CallRecord {
  /** What its caller was told, as often as it was. */
  readonly told: Told[];
  /** How often rxllm told that it was queued, and how it ended. */
  queued: number;
  readonly ended: string[];
  /** By their number, from 1. */
  readonly tries: Map<number, TryRecord>;
}

export function newCallRecord(): CallRecord {
  return { told: [], queued: 0, ended: [], tries: new Map() };
}

/** The record of a try; a new one where nothing was known of it. */
export function tryOf({ tries }: CallRecord, attempt: number): TryRecord {
  const known = tries.get(attempt);
  if (known) return known;
  const fresh: TryRecord = { started: 0, retried: [], sent: 0, arrived: 0, answers: [] };
  tries.set(attempt, fresh);
  return fresh;
}
