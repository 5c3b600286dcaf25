import { TestScheduler } from 'rxjs/testing';

type Helpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

/** Runs a marble spec: all time inside is virtual, one frame is one millisecond. */
export function marbles(spec: (helpers: Helpers) => void): void {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(spec);
}
