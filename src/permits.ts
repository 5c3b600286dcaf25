import { BehaviorSubject, type Observable } from 'rxjs';
import { checkConcurrency } from './options/concurrency.js';
import { LiveNumber } from './time/live-number.js';

/** How many calls may be in flight: as many as the bound says, none before `open` and while paused. */
export class Permits {
  /** The number now, and each change. */
  readonly count$ = new BehaviorSubject(0);
  /** Faults of a live bound. */
  readonly faults$: Observable<unknown>;
  private readonly maxJobs: LiveNumber;
  private mayStart = false;
  private isHeld = false;

  constructor(
    bound: number | Observable<number>,
    /** Told after each change. */
    private readonly onChange: () => void,
  ) {
    this.maxJobs = new LiveNumber(bound, (value) => {
      checkConcurrency('maxConcurrentJobs', value);
    });
    this.faults$ = this.maxJobs.faults$;
    this.maxJobs.changes$.subscribe(() => {
      this.changed();
    });
  }

  /** The most calls that may be in flight; undefined until a live bound has emitted. */
  get bound(): number | undefined {
    return this.maxJobs.value;
  }

  get isPaused(): boolean {
    return this.isHeld;
  }

  /** Whether calls may start at all. */
  get isOpen(): boolean {
    return this.mayStart;
  }

  open(mayStart: boolean): void {
    this.mayStart = mayStart;
    this.changed();
  }

  pause(isPaused: boolean): void {
    if (this.isHeld === isPaused) return;
    this.isHeld = isPaused;
    this.changed();
  }

  /** Listens to a live bound no more. */
  close(): void {
    this.maxJobs.close();
  }

  private changed(): void {
    this.count$.next(this.mayStart && !this.isHeld ? (this.bound ?? 0) : 0);
    this.onChange();
  }
}
