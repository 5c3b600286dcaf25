import { from } from 'rxjs';
import { InMemoryRateTracker, quota, type Reservation } from '../../src/index.js';
import { type Answer, AnswerLine } from '../../src/estimate/answer-line.js';
import { OutputLearner } from '../../src/estimate/output-learner.js';
import { Clock } from '../../src/time/clock.js';
import { FakeReservation } from '../support/fake-tracker.js';
import { VirtualTime } from '../support/virtual-time.js';

const COST = { tokens: 1_124, inputTokens: 100, outputTokens: 1_024 };
/** Of the calls that are known; with a quantile of 1 each holds the longest answer. */
const MEDIAN_MS = 400;

describe('AnswerLine', () => {
  let time: VirtualTime;
  let tracker: InMemoryRateTracker;
  let learner: OutputLearner;
  let line: AnswerLine;

  beforeEach(() => {
    time = new VirtualTime();
    tracker = new InMemoryRateTracker({
      quotas: [quota({ unit: 'tokens', limit: 1_000_000, windowMs: 60_000 })],
      scheduler: time,
    });
    learner = new OutputLearner({ quantile: 1, atLeast: 100 });
    for (let calls = 0; calls < 100; calls++) learner.observe('a', calls < 80 ? 0 : 600, MEDIAN_MS);
    line = new AnswerLine('a', learner, time, new Clock(time));
  });

  const used = () => tracker.quotas[0]!.used;

  /** Calls that share enough for each to hold no more than is expected, 600. */
  function begin(calls: number): Answer[] {
    return Array.from({ length: calls }, () => {
      let reservation: Reservation | undefined;
      from(tracker.reserve(COST)).subscribe((granted) => (reservation = granted));
      const answer = line.begin(reservation!);
      line.lower(answer);
      return answer;
    });
  }

  function end(answer: Answer, outputTokens?: number): void {
    answer.reservation.settle({ tokens: 100 });
    line.end(answer, outputTokens);
  }

  it('holds all for one alone, and what is expected for each of many', () => {
    begin(1);
    expect(used()).toBe(1_124);
    begin(29);
    const before = used();
    begin(1);

    expect(used() - before).toBe(700);
  });

  it('holds all again once they have run for longer than half of the calls', () => {
    begin(30);
    time.advance(MEDIAN_MS / 2);
    begin(1);
    time.advance(MEDIAN_MS / 2 - 1);
    expect(used()).toBeLessThan(30 * 1_124);
    time.advance(1);
    expect(used()).toBe(30 * 1_124 + 700);
    time.advance(MEDIAN_MS / 2);

    expect(used()).toBe(31 * 1_124);
    expect(time.timers).toBe(0);
  });

  it('has no timer when those that hold less have ended', () => {
    const answers = begin(30);
    expect(time.timers).toBe(1);
    for (const answer of answers) end(answer);

    expect(time.timers).toBe(0);
    expect(line.isEmpty).toBe(true);
    expect(used()).toBe(3_000);
  });

  it('learns in the order in which calls began, whichever ends first', () => {
    const [first, second, third] = begin(3);
    end(third!, 3_000);
    end(second!, undefined);
    expect(learner.expected('a')).toBe(600);
    end(first!, 5);

    expect(learner.expected('a')).toBe(3_000);
    expect(line.isEmpty).toBe(true);
  });

  it('waits no longer for one that holds up 1,000 others, and learns of it when it ends', () => {
    const [first, ...others] = begin(1_002);
    for (const other of others.slice(1)) end(other, 2_000);
    expect(learner.expected('a')).toBe(600);
    end(others[0]!, 2_000);
    expect(learner.expected('a')).toBe(2_000);
    end(first!, 4_000);

    expect(learner.expected('a')).toBe(4_000);
    expect(line.isEmpty).toBe(true);
  });

  it('lets a store that cannot revise hold all', () => {
    begin(30);
    const answer = line.begin(new FakeReservation(COST));
    line.lower(answer);

    expect(answer.held).toBe(COST);
  });
});
