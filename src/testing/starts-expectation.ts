import { InvalidOptionError } from '../index.js';
import type { MarbleScheduler } from './marble-scheduler.js';
import { isSame } from './marbles/is-same.js';
import type { Moment } from './marbles/moment.js';
import { parseMarbles } from './marbles/parse-marbles.js';
import { startOf, type StartingService } from './starts.js';
import { TimelineMismatchError } from './timeline-mismatch-error.js';

/** What a test expects of the starts of a service's calls: checked when all has happened. */
export class StartsExpectation {
  constructor(
    private readonly service: StartingService,
    private readonly starts: () => readonly Moment[],
    private readonly scheduler: MarbleScheduler,
  ) {}

  /**
   * Expects calls to start as drawn: each by its name, one character is 1 ms, `58s ` lets time pass.
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
   */
  toEqual(starts: readonly (readonly [name: string, atMs: number])[]): void {
    this.expect(starts.map(([name, at]) => startOf(name, at)));
  }

  private expect(expected: readonly Moment[]): void {
    const place = new Error();
    this.scheduler.check(() => {
      const actual = this.starts();
      if (isSame(actual, expected)) return;
      const what = `${this.service.name} started its calls other than expected`;
      throw at(place, new TimelineMismatchError(what, expected, actual));
    });
  }
}

/** The error with the stack of another place: where the test expects, rather than where all had happened. */
function at(place: Error, error: Error): Error {
  const frames = (place.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  if (frames.length > 0) error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

function startsIn(marbles: string, names: Readonly<Record<string, string>>): Moment[] {
  return parseMarbles(marbles).map(({ frame, notification }) => {
    if (notification.kind !== 'N') throw notOfStarts(marbles);
    const symbol = notification.value as string;
    return startOf(names[symbol] ?? symbol, frame);
  });
}

function notOfStarts(marbles: string): InvalidOptionError {
  return new InvalidOptionError(
    'expectStarts(service).toBe(marbles)',
    `'${marbles}'`,
    'a diagram without | and #, as starts have no end',
  );
}
