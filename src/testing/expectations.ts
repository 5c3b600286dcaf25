import { Expectation } from './expectation.js';
import { isSame } from './marbles/is-same.js';
import { mismatch } from './mismatch.js';

/** All that a test expects: in the order in which it says it. */
export class Expectations {
  private own: Expectation[] = [];
  /** Those of RxJS, which it compares in the order in which they were begun. */
  private ofRxjs: Expectation[] = [];
  private compared = 0;

  add(beginning: string): Expectation {
    const expectation = new Expectation(beginning);
    this.own.push(expectation);
    return expectation;
  }

  addOfRxjs(beginning: string): Expectation {
    const expectation = new Expectation(beginning);
    this.ofRxjs.push(expectation);
    return expectation;
  }

  /** RxJS compares what one of its own expects. */
  compare(actual: unknown, expected: unknown): void {
    const complete = this.ofRxjs.filter(({ isComplete }) => isComplete);
    const expectation = complete[this.compared++];
    if (isSame(actual, expected)) return;
    const error = mismatch(actual, expected);
    throw expectation?.at(error) ?? error;
  }

  /** All has happened that was to: RxJS has compared. */
  check(): void {
    this.compared = 0;
    this.ofRxjs = this.ofRxjs.filter(({ isComplete }) => !isComplete);
    const complete = this.own.filter(({ isComplete }) => isComplete);
    this.own = this.own.filter(({ isComplete }) => !isComplete);
    for (const expectation of complete) expectation.verify();
  }

  /** The test is over: what it has begun to say it must have said. */
  end(): void {
    for (const expectation of [...this.ofRxjs, ...this.own]) expectation.verify();
  }
}
