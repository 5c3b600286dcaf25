import { onAbort } from './abort-listeners.js';
import type { Call } from './call.js';

type AnyCall = Call<unknown, never>;

interface Group {
  readonly calls: Set<AnyCall>;
  readonly stop: () => void;
}

/** The signals that calls of one service wait for; those of one signal are ended together. */
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
    const group = { calls, stop: onAbort(signal, abort) };
    this.groups.set(signal, group);
    return group;
  }
}
