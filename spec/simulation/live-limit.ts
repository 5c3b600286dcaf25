import { BehaviorSubject, type Observable } from 'rxjs';

/** What a limit may be. */
interface Range {
  readonly least: number;
  readonly most: number;
  /** What it is when nothing goes wrong any more. */
  readonly healthy: number;
}

/** A number that changes while services go by it, and that may fail: then its last value stays. */
export class LiveLimit {
  private readonly values: BehaviorSubject<number>;
  private latest: number;
  private hasFailed = false;

  constructor(
    first: number,
    readonly range: Range,
  ) {
    this.latest = first;
    this.values = new BehaviorSubject(first);
  }

  get value(): number {
    return this.latest;
  }

  get value$(): Observable<number> {
    return this.values;
  }

  /** Whether anybody listens to it. */
  get isWatched(): boolean {
    return this.values.observed;
  }

  set(value: number): void {
    if (this.hasFailed) return;
    this.latest = value;
    this.values.next(value);
  }

  fail(error: Error): void {
    this.hasFailed = true;
    this.values.error(error);
  }
}
