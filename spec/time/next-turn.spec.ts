import { asapScheduler, type SchedulerLike, Subscription, timer } from 'rxjs';
import { monotonicScheduler } from '../../src/time/monotonic-scheduler.js';
import { NextTurn } from '../../src/time/next-turn.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('NextTurn', () => {
  it('works once, at the same instant, however often it is set', () => {
    const time = new VirtualTime();
    const worked: number[] = [];
    const nextTurn = new NextTurn(time, () => worked.push(time.now()));
    time.advance(5);
    nextTurn.set();
    nextTurn.set();
    expect(worked).toEqual([]);
    time.advance(0);
    time.advance(10);

    expect(worked).toEqual([5]);
  });

  it('works again when it is set again, by its own work too', () => {
    const time = new VirtualTime();
    let count = 0;
    const nextTurn: NextTurn = new NextTurn(time, () => {
      if (++count < 3) nextTurn.set();
    });
    nextTurn.set();
    time.flush();

    expect(count).toBe(3);
  });

  it('does not work when it is cleared, and leaves no timer', () => {
    const time = new VirtualTime();
    const work = jest.fn();
    const nextTurn = new NextTurn(time, work);
    nextTurn.set();
    nextTurn.clear();
    nextTurn.clear();

    expect(time.timers).toBe(0);
    nextTurn.set();
    time.flush();
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('works as a microtask with the default scheduler', async () => {
    const work = jest.fn();
    new NextTurn(monotonicScheduler, work).set();
    expect(work).not.toHaveBeenCalled();
    await Promise.resolve();

    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is virtual in marbles: at the same frame, before the timers that are set then', () => {
    marbles(({ expectObservable, flush }) => {
      const log: string[] = [];
      const nextTurn = new NextTurn(monotonicScheduler, () => {
        log.push(`works at ${monotonicScheduler.now()}`);
      });
      timer(3).subscribe(() => {
        timer(0).subscribe(() => log.push('timer'));
        nextTurn.set();
      });
      expectObservable(timer(3)).toBe('---(0|)', { 0: 0 });
      flush();

      expect(log).toEqual(['works at 3', 'timer']);
    });
  });

  // RxJS drops what is left of a flush of asapScheduler when an action in it throws.
  it('is set again when somebody else drops its action', () => {
    const actions: { work: () => void; subscription: Subscription }[] = [];
    const dropping: SchedulerLike = {
      now: () => 0,
      schedule: (work) => {
        const subscription = new Subscription();
        actions.push({ work: work as () => void, subscription });
        return subscription;
      },
    };
    const work = jest.fn();
    const nextTurn = new NextTurn(dropping, work);
    nextTurn.set();
    actions[0]!.subscription.unsubscribe();
    expect(actions).toHaveLength(2);
    nextTurn.set();
    actions[1]!.work();
    actions[1]!.subscription.unsubscribe();

    expect(work).toHaveBeenCalledTimes(1);
    expect(actions).toHaveLength(2);
  });

  it('leaves the action of others alone that wait in the same turn', async () => {
    const work = jest.fn();
    asapScheduler.schedule(work);
    const nextTurn = new NextTurn(monotonicScheduler, () => undefined);
    nextTurn.set();
    nextTurn.clear();
    await Promise.resolve();

    expect(work).toHaveBeenCalledTimes(1);
  });
});
