import type { SchedulerLike } from 'rxjs';
import type { ServiceEvent } from '../index.js';

/** A limit that the page may change. */
export interface ChangeableLimit {
  /** Name of the service; without it, of every one that has such a quota. */
  readonly service?: string;
  /** What the quota counts. */
  readonly unit: string;
  /** Length of its window in ms; without it, any. */
  readonly windowMs?: number;
  /** Where the new limit goes: the `Subject` that was given as the quota's `limit`. */
  readonly limit$: { next(limit: number): void };
}

/** How a dashboard is served. All are optional. */
export interface DashboardOptions {
  /** Port to listen on; 0 (default) takes a free one. */
  readonly port?: number;
  /** Address to listen on. Default `'127.0.0.1'`: this machine only. Any other needs a `token`. */
  readonly host?: string;
  /**
   * What a browser must show to see anything: open `…/?token=…` once, and a cookie keeps it. At least 16
   * visible ASCII characters. Programs send it as `Authorization: Bearer …`. Needed too where a proxy lets others in.
   */
  readonly token?: string;
  /** Heading of the page. Default `'rxllm'`. */
  readonly title?: string;
  /** Whether services may be paused and resumed from the page. Default false. */
  readonly canPause?: boolean;
  /** Limits that may be changed from the page. Default none. */
  readonly limits?: readonly ChangeableLimit[];
  /**
   * A text of your own beside an event in the list of the latest ones: the only way in which a prompt or an answer
   * can get onto the page. Called for the events that are shown, when a page is open.
   */
  readonly detailOf?: (event: ServiceEvent) => string | undefined;
  /** How far apart samples are, in ms. Default 250. */
  readonly everyMs?: number;
  /**
   * How far back the charts go, in ms, to a day. Default 600,000: ten minutes, with a point a second; longer ones have
   * the same number of points, further apart.
   */
  readonly historyMs?: number;
  /** Where time comes from: the services' own, so that instants agree. Default `monotonicScheduler`, as theirs is. */
  readonly scheduler?: SchedulerLike;
}
