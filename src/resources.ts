import {
  defer,
  EMPTY,
  from,
  ignoreElements,
  type Observable,
  type ObservableInput,
  ReplaySubject,
} from 'rxjs';

/** What a hook of a service may return: nothing, or something that completes when it is done. */
export type Done = ObservableInput<unknown> | void;

/** What a hook failed with. */
export interface Failure {
  readonly error: unknown;
}

/**
 * What a service holds while it runs: acquired once, before the first call; released once, after the last.
 *
 * Both complete in the same turn when their hook returns nothing. An attempt to acquire that failed is
 * forgotten, so that the next call tries again.
 */
export class Resources {
  private acquired$: ReplaySubject<never> | undefined;
  /** Between `acquire` and its end. */
  isAcquiring = false;
  /** From the end of `acquire` to `release`. */
  areHeld = false;
  /** Why the latest attempt to acquire failed. */
  failure: Failure | undefined;

  constructor(
    private readonly acquireHook: () => Done,
    private readonly releaseHook: () => Done,
  ) {}

  /** Acquires, or joins the acquiring that is under way or done. Errors with what the hook errors with. */
  acquire(): Observable<never> {
    if (this.acquired$) return this.acquired$;
    const acquired$ = new ReplaySubject<never>(1);
    this.acquired$ = acquired$;
    this.isAcquiring = true;
    this.failure = undefined;
    runHook(this.acquireHook).subscribe({
      complete: () => {
        this.areHeld = true;
        if (this.isAcquiring) {
          this.isAcquiring = false;
          acquired$.complete();
        } else this.releaseLate();
      },
      error: (error: unknown) => {
        this.isAcquiring = false;
        this.acquired$ = undefined;
        this.failure = { error };
        acquired$.error(error);
      },
    });
    return acquired$;
  }

  /** Tells those who wait that they wait in vain; should the resources come, they are released at once. */
  abandonAcquiring(error: unknown): void {
    if (!this.isAcquiring) return;
    this.isAcquiring = false;
    this.acquired$?.error(error);
  }

  /** Releases what is held; with nothing held there is nothing to do. */
  release(): Observable<never> {
    if (!this.areHeld) return EMPTY;
    this.areHeld = false;
    return runHook(this.releaseHook);
  }

  private releaseLate(): void {
    // Nobody is left to hear of an error.
    this.release().subscribe({ error: () => undefined });
  }
}

function runHook(hook: () => Done): Observable<never> {
  return defer(() => from(hook() ?? EMPTY)).pipe(ignoreElements());
}
