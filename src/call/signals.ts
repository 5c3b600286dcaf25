import { onAbort } from './abort-listeners.js';

interface Group<Call> {
  readonly calls: Set<Call>;
  readonly stop: () => void;
}

/** The signals that calls of one service wait for; those of one signal are ended together. */
export class Signals<Call> {
  private readonly groups = new Map<AbortSignal, Group<Call>>();

  constructor(private readonly end: (calls: readonly Call[], reason: unknown) => void) {}

  add(signal: AbortSignal, call: Call): void {
    const group = this.groups.get(signal) ?? this.listenTo(signal);
    group.calls.add(call);
  }

  delete(signal: AbortSignal, call: Call): void {
    const group = this.groups.get(signal);
    if (!group?.calls.delete(call) || group.calls.size > 0) return;
    this.groups.delete(signal);
    group.stop();
  }

  private listenTo(signal: AbortSignal): Group<Call> {
    const calls = new Set<Call>();
    const abort = () => {
      this.end([...calls], signal.reason);
    };
    const group = { calls, stop: onAbort(signal, abort) };
    this.groups.set(signal, group);
    return group;
  }
}
