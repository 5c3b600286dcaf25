import { defer, isObservable, type Observable, ReplaySubject, Subject, Subscription } from 'rxjs';

/**
 * A number that may change while calls run: a constant, or the latest value of an Observable.
 *
 * Until the Observable has emitted, the number is `undefined`: nothing is known, so nothing is let out.
 * A value that is not allowed, and an error, are reported on `faults$` and change nothing: the last good
 * value stays.
 */
export class LiveNumber {
  /** The number now. */
  value: number | undefined;
  private readonly changed = new Subject<void>();
  private failed = new ReplaySubject<unknown>(1);
  private source = Subscription.EMPTY;
  private hasEmitted = false;
  private isOpen = false;

  /** Tells of each change. */
  readonly changes$: Observable<void> = this.changed.asObservable();
  /** Tells of values that were not allowed, and of the error that ended the changes. */
  readonly faults$: Observable<unknown> = defer(() => this.failed);

  constructor(
    private readonly input: number | Observable<number>,
    private readonly check: (value: number) => void,
  ) {
    this.open();
  }

  /** Listens to the Observable, unless it does so already. */
  open(): void {
    if (!isObservable(this.input)) this.accept(this.input);
    else if (!this.isOpen) {
      this.isOpen = true;
      const failed = new ReplaySubject<unknown>(1);
      this.failed = failed;
      this.source = this.input.subscribe({
        next: (value) => {
          this.update(value);
        },
        error: (error: unknown) => {
          failed.next(error);
        },
        complete: () => {
          this.completed();
        },
      });
    }
  }

  /** Unsubscribes from the Observable; the value stays. */
  close(): void {
    this.isOpen = false;
    this.source.unsubscribe();
  }

  private update(value: number): void {
    this.hasEmitted = true;
    try {
      this.accept(value);
    } catch (error) {
      this.failed.next(error);
      return;
    }
    this.changed.next();
  }

  /** Without any value all wait for ever, and somebody should hear why. */
  private completed(): void {
    if (!this.hasEmitted) this.update(undefined as unknown as number);
  }

  private accept(value: number): void {
    this.check(value);
    this.value = value;
  }
}
