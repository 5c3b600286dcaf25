/** An abort signal that knows how many listen to it. */
export class WatchedSignal {
  listeners = 0;
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

  get reason(): unknown {
    return this.signal.reason;
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }
}
