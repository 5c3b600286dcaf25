import type { CallOptions } from '../call/call-options.js';
import { parseCallables } from '../options/callable.js';
import type { Callable } from './callable.js';
import { composite } from './composite.js';

/**
 * Makes each call of the one that is expected to start it first.
 *
 * When somebody subscribes, each is asked for its `expectedWait`, and the one with the least is called. Those
 * that are equal take turns.
 *
 * ```text
 * subscribe            ^    ^    ^    ^
 * a expects, in ms     0    0    80   0
 * b expects, in ms     0    0    20   90
 * called               a    b    b    a
 * ```
 *
 * - It is decided once: a call that waits where it was sent stays there.
 * - One whose `expectedWait` throws, or is NaN, counts as Infinity. When all are Infinity the next in turn is
 *   called, so that its error tells why.
 * - `expectedWait` is the least of all.
 *
 * @example
 * const model = balance([east, west]);
 * prompts$.pipe(mergeMap((prompt) => model.call(prompt))).subscribe(show);
 *
 * @throws InvalidOptionError for an empty list, and for what cannot be called. The Observable errors with
 * what the one called errors with, or the reason of `options.signal`.
 */
export function balance<Request, Response>(
  callables: readonly Callable<Request, Response>[],
): Callable<Request, Response> {
  const all = [...parseCallables(callables)];
  const nextOf = inTurns(all);
  const waitsFor = (request: Request, options: CallOptions | undefined) =>
    all.map((one) => waitOf(one, request, options));
  return composite({
    kind: 'balance',
    of: all,
    start: (request, options) => nextOf(waitsFor(request, options)).call(request, options),
    expectedWait: (request, options) => Math.min(...waitsFor(request, options)),
  });
}

function waitOf<Request>(
  callable: Callable<Request, unknown>,
  request: Request,
  options: CallOptions | undefined,
): number {
  try {
    const waitMs = callable.expectedWait(request, options);
    return waitMs >= 0 ? waitMs : Infinity;
  } catch {
    return Infinity;
  }
}

/** Gives the one with the least wait; of several, the next after the one that was given last. */
function inTurns<T>(all: readonly T[]): (waits: readonly number[]) => T {
  let turn = 0;
  return (waits) => {
    const least = Math.min(...waits);
    const inTurn = waits.indexOf(least, turn);
    const index = inTurn === -1 ? waits.indexOf(least) : inTurn;
    turn = index + 1;
    return all[index] as T;
  };
}
