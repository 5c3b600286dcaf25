interface Listening {
  readonly listeners: Set<() => void>;
  readonly stop: () => void;
}

const listeningTo = new WeakMap<AbortSignal, Listening>();

/**
 * Calls the listener when the signal fires; gives the function that takes it away again.
 *
 * However many listeners a signal has here, it is given one, and none when they have all gone: many calls
 * may share one signal, and a platform's own list is slow to remove from, and warns when it is long.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const { listeners, stop } = listeningTo.get(signal) ?? listenTo(signal);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

function listenTo(signal: AbortSignal): Listening {
  const listeners = new Set<() => void>();
  const tellAll = () => {
    callAll(listeners);
  };
  const stop = () => {
    signal.removeEventListener('abort', tellAll);
    listeningTo.delete(signal);
  };
  const listening = { listeners, stop };
  listeningTo.set(signal, listening);
  signal.addEventListener('abort', tellAll);
  return listening;
}

/** All of them, though one may throw; then the first error. */
function callAll(listeners: Iterable<() => void>): void {
  const errors: unknown[] = [];
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
