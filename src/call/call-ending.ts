import type { Call } from './call.js';

/** How calls are ended. */
export interface CallEnding {
  end(call: Call<unknown, never>, error: unknown): void;
  /** Takes the call out of the queue, so that it cannot start as others end; false when it is in none. */
  withdraw(call: Call<unknown, never>): boolean;
}
