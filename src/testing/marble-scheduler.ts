import { type SchedulerAction, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { EndlessRunError } from './endless-run-error.js';
import { isSame } from './marbles/is-same.js';
import { momentsIn } from './marbles/moments-in.js';
import type { Moment } from './marbles/moment.js';
import type { MarbleMessage } from './marbles/parse-marbles.js';
import { TimelineMismatchError } from './timeline-mismatch-error.js';

/** More than any test needs, and few enough to be set in seconds. */
const MOST_TIMERS = 500_000;

/** RxJS's `TestScheduler` that says what differs, ends runs that would not end, and takes more to check. */
export class MarbleScheduler extends TestScheduler {
  private readonly checks: (() => void)[] = [];
  private timers = 0;

  constructor() {
    super(() => undefined);
    this.assertDeepEqual = (actual: unknown, expected: unknown) => {
      this.checkEnd();
      assertSame(actual, expected);
    };
  }

  /** Checks this too, once, when all that was to happen has happened. */
  check(what: () => void): void {
    this.checks.push(what);
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    this.timers += 1;
    // With no timer more, what is set already runs out, and the run comes to its end.
    return this.isEndless ? Subscription.EMPTY : super.schedule(work, delay, state);
  }

  override flush(): void {
    super.flush();
    this.checkEnd();
    for (const check of this.checks.splice(0)) check();
  }

  private get isEndless(): boolean {
    return this.timers > MOST_TIMERS;
  }

  private checkEnd(): void {
    if (this.isEndless) throw new EndlessRunError(MOST_TIMERS, this.frame);
  }
}

function assertSame(actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return;
  const [got, wanted] = [timelineOf(actual), timelineOf(expected)];
  const isOfSubscriptions = [...got, ...wanted].some(({ text }) => text === '^');
  const what = isOfSubscriptions
    ? 'an Observable was subscribed to at other times than expected'
    : 'an Observable has emitted other than expected';
  throw new TimelineMismatchError(what, wanted, got);
}

/** What RxJS compares: the notifications of an Observable, or when there were subscriptions. */
type Log = MarbleMessage | { readonly subscribedFrame: number; readonly unsubscribedFrame: number };

function timelineOf(logs: unknown): Moment[] {
  return (logs as Log[]).flatMap((log) =>
    'notification' in log
      ? momentsIn([log])
      : [momentOf('^', log.subscribedFrame), momentOf('!', log.unsubscribedFrame)],
  );
}

/** Of what was never unsubscribed from, the end is at Infinity. */
function momentOf(text: string, at: number): Moment {
  return { at, value: text, text };
}
