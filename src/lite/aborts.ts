/** The signals that calls wait for: one listener each, and all calls of one signal are ended together. */
export class Aborts<Call> implements EventListenerObject {
  private readonly calls = new Map<AbortSignal, Set<Call>>();

  constructor(private readonly end: (calls: readonly Call[], reason: unknown) => void) {}

  add(signal: AbortSignal, call: Call): void {
    const calls = this.calls.get(signal);
    if (calls) calls.add(call);
    else {
      this.calls.set(signal, new Set([call]));
      signal.addEventListener('abort', this);
    }
  }

  delete(signal: AbortSignal, call: Call): void {
    const calls = this.calls.get(signal);
    calls?.delete(call);
    if (calls?.size !== 0) return;
    this.calls.delete(signal);
    signal.removeEventListener('abort', this);
  }

  handleEvent({ target }: Event): void {
    const signal = target as AbortSignal;
    this.end([...(this.calls.get(signal) ?? [])], signal.reason);
  }
}
