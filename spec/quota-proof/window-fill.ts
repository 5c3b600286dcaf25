import type { Charged } from './metered-provider.js';

/** What one window grants; Infinity where there is no limit. */
export interface Grants {
  readonly tokens: number;
  readonly requests: number;
}

export interface WindowFill {
  /** The mean over all windows. */
  readonly mean: number;
  /** That of the fullest. */
  readonly most: number;
}

/**
 * How full the windows were that lie wholly within `[from, to)`: for each instant at which one can
 * end, what was charged in the `windowMs` before it, as a share of what is granted.
 *
 * The mean is over instants, not over windows laid end to end, so it does not depend on where bursts
 * fall: a client that sends a full window every 60.25 s shows 60 / 60.25 = 99.6 %, whether 13 or 14
 * of its bursts lie within. In the long run it is what is used per minute, divided by what a minute
 * grants. What was charged before `from`, when a bucket may still have been full, is in no window.
 * Of two limits the fuller one counts at each instant: where one is full nothing more can be sent.
 *
 * ```text
 * limit 2, windowMs 4, from 0, to 10       two charged at 0 and two at 5
 * a window that ends at     4  to  5  to  9  to  10
 * is full to                0      1      0             mean 4 / 6
 * ```
 */
export function windowFill(
  account: readonly Charged[],
  grants: Grants,
  windowMs: number,
  [from, to]: readonly [number, number],
): WindowFill {
  let [tokens, requests, now, area, most] = [0, 0, from + windowMs, 0, 0];
  for (const edge of edgesOf(account, windowMs, [from, to])) {
    const fill = fillOf(tokens, requests, grants);
    most = Math.max(most, fill);
    area += fill * (Math.max(now, edge.at) - now);
    now = Math.max(now, edge.at);
    tokens += edge.tokens;
    requests += edge.requests;
  }
  return { mean: area / (to - from - windowMs), most };
}

/** The mean of the windows that are laid end to end from `from` on, which must be a multiple of them. */
export function tiledFill(
  account: readonly Charged[],
  grants: Grants,
  windowMs: number,
  [from, to]: readonly [number, number],
): number {
  const windows = Array.from({ length: (to - from) / windowMs }, () => ({
    tokens: 0,
    requests: 0,
  }));
  for (const { at, tokens } of account) {
    const window = windows[Math.floor((at - from) / windowMs)];
    if (!window) continue;
    window.tokens += tokens;
    window.requests += 1;
  }
  const fills = windows.map(({ tokens, requests }) => fillOf(tokens, requests, grants));
  return fills.reduce((sum, fill) => sum + fill, 0) / windows.length;
}

function fillOf(tokens: number, requests: number, grants: Grants): number {
  return Math.max(tokens / grants.tokens, requests / grants.requests);
}

/** Where something enters or leaves a window, in order; what leaves goes first; then the end. */
function edgesOf(
  account: readonly Charged[],
  windowMs: number,
  [from, to]: readonly [number, number],
) {
  const within = account.filter(({ at }) => at >= from && at < to);
  const enter = within.map(({ at, tokens }) => ({ at, tokens, requests: 1 }));
  const leave = within.map(({ at, tokens }) => ({
    at: at + windowMs,
    tokens: -tokens,
    requests: -1,
  }));
  const edges = [...enter, ...leave.filter(({ at }) => at < to)];
  edges.sort((one, other) => one.at - other.at || one.requests - other.requests);
  return [...edges, { at: to, tokens: 0, requests: 0 }];
}
