import { asapScheduler, mergeMap, tap, timer, VirtualTimeScheduler } from 'rxjs';
import { monotonicScheduler } from '../../src/time/monotonic-scheduler.js';
import { NextTurn } from '../../src/time/next-turn.js';
import { errorOf } from '../support/error-of.js';
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
      const stage$ = timer(3).pipe(
        tap(() => nextTurn.set()),
        mergeMap(() => timer(0)),
        tap(() => log.push('timer')),
      );
      expectObservable(stage$).toBe('---(0|)', { 0: 0 });
      flush();

      expect(log).toEqual(['works at 3', 'timer']);
    });
  });

  // RxJS drops what is left of a microtask when an action in it throws.
  it('works though an action of somebody else in that microtask throws', async () => {
    const flush = asapScheduler.flush.bind(asapScheduler);
    const faults: unknown[] = [];
    const flushing = jest.spyOn(asapScheduler, 'flush').mockImplementation((action) => {
      faults.push(errorOf(() => flush(action)));
    });
    const work = jest.fn();
    asapScheduler.schedule(() => {
      throw new Error('a fault of the application');
    });
    new NextTurn(monotonicScheduler, work).set();
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    flushing.mockRestore();

    expect(faults[0]).toEqual(new Error('a fault of the application'));
    expect(work).toHaveBeenCalledTimes(1);
  });

  // RxJS drops there whatever is set until nothing is: who sets it again keeps that from ending.
  it('ends with a virtual time of RxJS in which somebody else throws', () => {
    const scheduler = new VirtualTimeScheduler();
    const work = jest.fn();
    scheduler.schedule(() => {
      throw new Error('no');
    });
    new NextTurn(scheduler, work).set();

    expect(errorOf(() => scheduler.flush())).toEqual(new Error('no'));
    expect(work).not.toHaveBeenCalled();
  });

  it('does not work as a microtask when it is cleared, and leaves those of others alone', async () => {
    const work = jest.fn();
    asapScheduler.schedule(work);
    const cleared = jest.fn();
    const nextTurn = new NextTurn(monotonicScheduler, cleared);
    nextTurn.set();
    nextTurn.clear();
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();

    expect(work).toHaveBeenCalledTimes(1);
    expect(cleared).not.toHaveBeenCalled();
  });
});
