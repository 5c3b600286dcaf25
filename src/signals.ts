import type { Call } from './call.js';

type AnyCall = Call<unknown, never>;

interface Group {
  readonly calls: Set<AnyCall>;
  readonly stop: () => void;
}

/**
 * The signals that calls wait for. However many calls share one, it is given one listener, and none when they
 * have all ended: a platform's own list is slow to remove from, and warns when it is long.
 */
export class Signals {
  private readonly groups = new Map<AbortSignal, Group>();

  constructor(private readonly end: (calls: readonly AnyCall[], reason: unknown) => void) {}

  add(signal: AbortSignal, call: AnyCall): void {
    const group = this.groups.get(signal) ?? this.listenTo(signal);
    group.calls.add(call);
  }

  delete(signal: AbortSignal, call: AnyCall): void {
    const group = this.groups.get(signal);
    if (!group?.calls.delete(call) || group.calls.size > 0) return;
    this.groups.delete(signal);
    group.stop();
  }

  private listenTo(signal: AbortSignal): Group {
    const calls = new Set<AnyCall>();
    const abort = () => {
      this.end([...calls], signal.reason);
    };
    const stop = () => {
      signal.removeEventListener('abort', abort);
    };
    const group = { calls, stop };
    this.groups.set(signal, group);
    signal.addEventListener('abort', abort);
    return group;
  }
}
