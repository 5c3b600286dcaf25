/** How much memory a process holds after a collection, in bytes. */
export interface Memory {
  readonly heap: number;
  /** Buffers and what else lies outside of the heap. */
  readonly external: number;
}

/** What the caller's process says when all of its callers have gone, now and then. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  /** Calls until now. */
  readonly calls: number;
  readonly memory: Memory;
  /** What is still there that should not be: nothing where all is well. */
  readonly remains: readonly string[];
}

/** What the caller's process says at its end. */
export interface CallerEnd {
  readonly kind: 'ended';
  readonly remains: readonly string[];
  readonly peakRss: number;
  readonly cpuMs: number;
  /** Milliseconds in which calls were made. */
  readonly busyMs: number;
  readonly mostInFlight: number;
  /** In flight when a try started, in the mean. */
  readonly meanInFlight: number;
}

export type CallerMessage = Checkpoint | CallerEnd;

/** What the provider's process says: where it listens, what it holds, that all answers have ended, that it has stopped. */
export type ProviderMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'settled' }
  | { readonly kind: 'stopped'; readonly peakRss: number; readonly cpuMs: number };
