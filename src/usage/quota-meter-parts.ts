import type { LiveNumber } from '../time/live-number.js';
import type { UsageWindow } from './window/usage-window.js';

/** What a meter is made of. */
export interface QuotaMeterParts {
  readonly unit: string;
  readonly limit: LiveNumber;
  readonly window: UsageWindow;
  readonly windowMs: number;
  readonly marginMs: number;
  /** Whether what the provider tells may also raise the limit. Default false. */
  readonly isLearning?: boolean;
  /** Common to all meters of one window. Default one of its own. */
  readonly sent?: Sent;
}

/** All that was ever let out against one window, as it was estimated. */
export interface Sent {
  amount: number;
}
