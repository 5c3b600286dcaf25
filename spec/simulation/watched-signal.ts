/** An abort signal that knows how many listen to it. */
export class WatchedSignal {
  listeners = 0;
  private aborted: { readonly at: number; readonly reason: Error } | undefined;
  private readonly controller = new AbortController();

  constructor() {
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    const heard = new Set<unknown>();
    const count = () => (this.listeners = heard.size);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      heard.add(args[1]);
      count();
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      heard.delete(args[1]);
      count();
      remove(...args);
    };
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What was given when it was aborted. */
  get reason(): unknown {
    return this.aborted?.reason;
  }

  get abortedAt(): number | undefined {
    return this.aborted?.at;
  }

  abort(at: number): void {
    this.aborted ??= { at, reason: new Error('aborted') };
    this.controller.abort(this.reason);
  }
}
