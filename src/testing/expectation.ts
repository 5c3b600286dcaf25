import { InvalidOptionError } from '../index.js';

/** Something that a test expects, which it must say to the end. */
export class Expectation {
  /** Where the test says it, rather than where all has happened: its stack is shown. */
  private place = new Error();
  private check: (() => Error | undefined) | undefined;

  constructor(
    /** What it began with: `expectStarts(service)`. */
    private readonly beginning: string,
  ) {}

  get isComplete(): boolean {
    return this.check !== undefined;
  }

  /** What is to be checked when all has happened. */
  complete(check: () => Error | undefined = () => undefined): void {
    this.place = new Error();
    this.check = check;
  }

  verify(): void {
    const error = this.check ? this.check() : this.incomplete();
    if (error) throw this.at(error);
  }

  /** The error with the stack of the place. */
  at(error: Error): Error {
    const frames = (this.place.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
    if (frames.length > 0) error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
    return error;
  }

  private incomplete(): Error {
    return new InvalidOptionError(
      this.beginning,
      'without an end',
      '.toBe(…) or .toEqual(…) after it',
    );
  }
}
