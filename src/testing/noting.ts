import type { RunHelpers } from 'rxjs/testing';
import type { Expectations } from './expectations.js';

type Helpers = Pick<RunHelpers, 'expectObservable' | 'expectSubscriptions'>;

/** What RxJS gives to say what is expected, noted: whether it is said to the end, and where. */
export function noting(helpers: Helpers, expectations: Expectations): Helpers {
  return {
    expectObservable: (observable, subscription) => {
      const said = helpers.expectObservable(observable, subscription);
      const expectation = expectations.addOfRxjs('expectObservable(observable)');
      return {
        toBe: (...args) => {
          said.toBe(...args);
          expectation.complete();
        },
        toEqual: (other) => {
          said.toEqual(other);
          expectation.complete();
        },
      };
    },
    expectSubscriptions: (logs) => {
      const said = helpers.expectSubscriptions(logs);
      const expectation = expectations.addOfRxjs('expectSubscriptions(subscriptions)');
      return {
        toBe: (marbles) => {
          said.toBe(marbles);
          expectation.complete();
        },
      };
    },
  };
}
