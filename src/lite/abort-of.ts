import { fromEvent, type Observable, share } from 'rxjs';

const aborts = new WeakMap<AbortSignal, Observable<unknown>>();

/** Emits when the signal fires. However many wait for it, it is given one listener, as Node warns of more than ten. */
export function abortOf(signal: AbortSignal): Observable<unknown> {
  const abort$ = aborts.get(signal) ?? fromEvent(signal, 'abort').pipe(share());
  aborts.set(signal, abort$);
  return abort$;
}
