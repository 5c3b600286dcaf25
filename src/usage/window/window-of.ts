import { FixedWindow } from './fixed-window.js';
import type { LimitModel } from './limit-model.js';
import { SlidingWindow } from './sliding-window.js';
import { TokenBucketWindow } from './token-bucket-window.js';
import type { UsageWindow } from './usage-window.js';

type MakeWindow = (windowMs: number, marginMs: number) => UsageWindow;

const WINDOWS: Readonly<Record<LimitModel, MakeWindow>> = {
  'sliding-window': (windowMs, marginMs) => new SlidingWindow(windowMs + marginMs),
  'token-bucket': (windowMs, marginMs) => new TokenBucketWindow(windowMs, marginMs),
  'fixed-window': (windowMs, marginMs) => new FixedWindow(windowMs, marginMs),
};

/** What a window is made of. */
export interface WindowOptions {
  /** Default `'sliding-window'`; an infinite window is always one. */
  readonly model?: LimitModel | undefined;
  /** Length of the window in ms. */
  readonly windowMs: number;
  /** Covers what the network adds and takes, in ms. */
  readonly marginMs: number;
}

/**
 * The window in which a quota counts, by the way in which its provider does.
 *
 * @example
 * const window = windowOf({ model: 'token-bucket', windowMs: 60_000, marginMs: 250 });
 * window.limitChanged?.(30_000, 0);
 */
export function windowOf(options: WindowOptions): UsageWindow {
  const { model = 'sliding-window', windowMs, marginMs } = options;
  const kind = windowMs === Infinity ? 'sliding-window' : model;
  return WINDOWS[kind](windowMs, marginMs);
}
