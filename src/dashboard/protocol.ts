/**
 * What server and page say to each other: JSON, so `null` stands where a value is unknown, unbounded or never.
 * Instants are ms of the dashboard's scheduler, `in…Ms` are ms from the sample's `at`, amounts are per unit.
 */

/** The first message to a page, also when it comes back: all that it needs to draw. */
export interface Hello {
  readonly title: string;
  /** How far apart samples are, in ms. */
  readonly everyMs: number;
  /** How far back the points go, in ms. */
  readonly historyMs: number;
  readonly sample: Sample;
  /** By service, the oldest first: at most 601, a second apart or more. */
  readonly history: Readonly<Record<string, readonly Point[]>>;
}

/** All services at one instant. */
export interface Sample {
  readonly at: number;
  readonly services: readonly ServiceSample[];
}

/** One service at one instant. */
export interface ServiceSample {
  readonly name: string;
  readonly model: string;
  readonly status: 'idle' | 'starting' | 'running' | 'paused' | 'closing' | 'closed';
  readonly queued: number;
  readonly inFlight: number;
  readonly retrying: number;
  /** Null: unbounded, or not known yet. */
  readonly maxConcurrentJobs: number | null;
  readonly quotas: readonly QuotaSample[];
  /** Queued and running calls, the highest priority first. */
  readonly lines: readonly LineSample[];
  /** How many lines there are besides, of lower priority or of tenants later in the alphabet. */
  readonly linesLeftOut: number;
  /** Null: what it counts with knows no gate. */
  readonly gate: GateSample | null;
  /** Why the next call waits; null when none does. */
  readonly blockedBy: BlockedBySample | null;
  readonly throughput: ThroughputSample;
  /** Of the latest calls that have ended; null when there is none. */
  readonly waitMs: Quantiles | null;
  readonly runMs: Quantiles | null;
  /** All that was settled since the dashboard began, per unit. */
  readonly spent: Amounts;
  /** The same by label, those that took most first. */
  readonly spentBy: readonly SpentSample[];
  /** Labels that are not in `spentBy`; what they took is in `spent`. */
  readonly labelsLeftOut: number;
  /** Those since the sample before, at most a few: the oldest are left out. */
  readonly events: readonly EventSample[];
  readonly eventsLeftOut: number;
  /** Whether the page may pause and resume it. */
  readonly canPause: boolean;
  /** For the charts: the latest point; one comes each second, or less often where `historyMs` is long. */
  readonly point: Point;
}

/** By unit: `tokens`, `usd` … */
export type Amounts = Readonly<Record<string, number>>;

/** One quota at one instant. */
export interface QuotaSample {
  /** Unique within its service, and the same in each sample. */
  readonly key: string;
  /** In words: `tokens per minute`. */
  readonly name: string;
  readonly unit: string;
  readonly limit: number | null;
  /** Null: a budget. */
  readonly windowMs: number | null;
  /** Charged in the window, `reserved` included. */
  readonly used: number;
  readonly reserved: number;
  readonly usedByOthers: number;
  readonly remaining: number;
  /** When nothing of it counts any more; null when nothing does, and where it never ends. */
  readonly resetsInMs: number | null;
  /** Whether the page may change the limit. */
  readonly canSetLimit: boolean;
}

/** Calls of one priority and tenant. */
export interface LineSample {
  readonly priority: number;
  readonly tenant: string | null;
  readonly queued: number;
  readonly inFlight: number;
}

/** Whether calls pass. */
export interface GateSample {
  readonly status: 'open' | 'closed' | 'proving';
  readonly opensInMs: number | null;
}

/** Why the next call waits. */
export interface BlockedBySample {
  readonly reason: 'paused' | 'resources' | 'permit' | 'quota' | 'gate' | 'turn';
  /** Of a quota: its name, in words. */
  readonly quota: string | null;
  readonly startsInMs: number | null;
}

/** How many calls have ended. */
export interface ThroughputSample {
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly completedPerMinute: number | null;
}

/** How long the latest calls took, in ms. */
export interface Quantiles {
  readonly calls: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What calls of one label have taken. */
export interface SpentSample {
  /** Null: those without one. */
  readonly label: string | null;
  readonly calls: number;
  readonly spent: Amounts;
}

/** One step of a call. */
export interface EventSample {
  /** Counts up within the service. */
  readonly number: number;
  readonly at: number;
  readonly type: 'queued' | 'started' | 'retrying' | 'completed' | 'failed' | 'cancelled' | 'fault';
  readonly callId: number | null;
  readonly label: string | null;
  readonly tenant: string | null;
  readonly priority: number | null;
  readonly waitMs: number | null;
  readonly runMs: number | null;
  readonly spent: Amounts | null;
  /** Name, code or status of an error; never its message, which may hold what the provider echoes. */
  readonly error: string | null;
  /** What the option `detailOf` says of it. */
  readonly detail: string | null;
}

/** One instant of the charts. */
export interface Point {
  readonly at: number;
  readonly queued: number;
  readonly inFlight: number;
  /** Calls answered since the service was made. */
  readonly completed: number;
  /** By key of a quota: what is charged in its window, and its limit then. */
  readonly used: Amounts;
  readonly limits: Readonly<Record<string, number | null>>;
}

/** What a page may ask for, where the options allow it; answered 204, or an error as `Refused`. */
export type Control =
  | { readonly service: string; readonly action: 'pause' | 'resume' }
  | {
      readonly service: string;
      readonly action: 'limit';
      /** Key of the quota. */
      readonly quota: string;
      readonly limit: number;
    };

/** Why a request of a page was not done. */
export interface Refused {
  readonly error: string;
}
