import { InvalidOptionError } from '../index.js';
import type { Expectation } from './expectation.js';
import { isSame } from './marbles/is-same.js';
import type { Moment } from './marbles/moment.js';
import { readMarbles } from './marbles/read-marbles.js';
import { startOf, type StartingService } from './starts.js';
import { TimelineMismatchError } from './timeline-mismatch-error.js';

/** What a test expects of the starts of a service's calls: checked when all has happened. */
export class StartsExpectation {
  constructor(
    private readonly service: StartingService,
    private readonly starts: () => readonly Moment[],
    private readonly expectation: Expectation,
  ) {}

  /**
   * Expects calls to start as drawn: each by its name, one character is 1 ms, `58s ` lets time pass (ms, s or m).
   *
   * Starts have no end, so the diagram has neither `|` nor `#`. `names` says what a character stands for where a
   * name is longer than one. As everywhere in RxJS, two at one instant, `(ab)`, take as many frames as they have
   * characters; where that is in the way use `toEqual`.
   *
   * @example
   * expectStarts(service).toBe('a-b 58s c');
   * expectStarts(service).toBe('a-b', { a: 'first question', b: 'second question' });
   *
   * @throws InvalidOptionError for a diagram that cannot be read; when all has happened, TimelineMismatchError.
   */
  toBe(marbles: string, names: Readonly<Record<string, string>> = {}): void {
    this.expect(startsIn(marbles, names));
  }

  /**
   * The same as a list of names and times, in ms.
   *
   * @example
   * expectStarts(service).toEqual([['a', 0], ['b', 2], ['c', 58_003]]);
   *
   * @throws InvalidOptionError for what is no such list; when all has happened, TimelineMismatchError.
   */
  toEqual(starts: readonly (readonly [name: string, atMs: number])[]): void {
    const list: unknown = starts;
    if (!Array.isArray(list) || !list.every(isStart))
      throw new InvalidOptionError('toEqual(starts)', 'of another form', "a list of ['name', ms]");
    this.expect(list.map(([name, at]) => startOf(name, at)));
  }

  private expect(expected: readonly Moment[]): void {
    this.expectation.complete(() => {
      const actual = this.starts();
      const what = `${this.service.name} started its calls other than expected`;
      return isSame(actual, expected)
        ? undefined
        : new TimelineMismatchError(what, expected, actual);
    });
  }
}

function isStart(start: unknown): start is readonly [string, number] {
  return Array.isArray(start) && typeof start[0] === 'string' && typeof start[1] === 'number';
}

function startsIn(marbles: string, names: Readonly<Record<string, string>>): Moment[] {
  return readMarbles(marbles, 'toBe(marbles)').map(({ frame, notification }) => {
    if (notification.kind !== 'N') throw notOfStarts(marbles);
    const symbol = notification.value as string;
    return startOf(Object.hasOwn(names, symbol) ? (names[symbol] ?? symbol) : symbol, frame);
  });
}

function notOfStarts(marbles: string): InvalidOptionError {
  return new InvalidOptionError(
    'expectStarts(service).toBe(marbles)',
    `'${marbles}'`,
    'a diagram without | and #, as starts have no end',
  );
}
