import { BehaviorSubject, EMPTY, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { LiveNumber } from '../../src/time/live-number.js';

function positive(value: number): void {
  if (!(value > 0)) throw new RangeError(`${value} is not positive`);
}

/** What a live number tells, in order. */
function heard(live: LiveNumber): unknown[] {
  const told: unknown[] = [];
  live.changes$.subscribe(() => told.push(live.value));
  live.faults$.subscribe((fault) => told.push(String(fault)));
  return told;
}

describe('LiveNumber', () => {
  it('is a constant', () => {
    const live = new LiveNumber(5, positive);

    expect([live.value, heard(live)]).toEqual([5, []]);
  });

  it('throws for a constant that is not allowed', () => {
    expect(() => new LiveNumber(0, positive)).toThrow('0 is not positive');
  });

  it.each([
    ['of one that has not emitted', NEVER, undefined],
    ['of one that has emitted', of(1, 2, 3), 3],
    ['of a BehaviorSubject', new BehaviorSubject(7), 7],
  ])('is the latest value %s', (_which, input$, value) => {
    const live = new LiveNumber(input$, positive);

    expect([live.value, heard(live)]).toEqual([value, []]);
  });

  it('tells of one that ends without a value, for which all would wait unseen', () => {
    const live = new LiveNumber(EMPTY, positive);

    expect([live.value, heard(live)]).toEqual([
      undefined,
      ['RangeError: undefined is not positive'],
    ]);
  });

  it('tells of each change, and has the new value by then', () => {
    const limit$ = new Subject<number>();
    const told = heard(new LiveNumber(limit$, positive));
    for (const value of [1, 2, 3]) limit$.next(value);

    expect(told).toEqual([1, 2, 3]);
  });

  it('reports a value that is not allowed, keeps the last good one, and listens on', () => {
    const limit$ = new BehaviorSubject(5);
    const live = new LiveNumber(limit$, positive);
    const told = heard(live);
    limit$.next(NaN);
    expect(live.value).toBe(5);
    limit$.next(6);

    expect(told).toEqual(['RangeError: NaN is not positive', 6]);
  });

  it('knows nothing yet after a first value that is not allowed', () => {
    expect(new LiveNumber(of(-1), positive).value).toBeUndefined();
  });

  it('reports an error and keeps the last good value', () => {
    const limit$ = new BehaviorSubject(5);
    const live = new LiveNumber(limit$, positive);
    const told = heard(live);
    limit$.error(new Error('connection lost'));

    expect([live.value, told]).toEqual([5, ['Error: connection lost']]);
  });

  it('tells of its latest fault also whoever asks later', () => {
    const live = new LiveNumber(
      throwError(() => new Error('no limit')),
      positive,
    );

    expect(heard(live)).toEqual(['Error: no limit']);
  });

  it('keeps its value when its Observable completes', () => {
    const limit$ = new BehaviorSubject(5);
    const live = new LiveNumber(limit$, positive);
    limit$.complete();

    expect([live.value, heard(live)]).toEqual([5, []]);
  });

  it('listens once, however often it is opened, and anew after it was closed', () => {
    let listening = 0;
    let began = 0;
    const input$ = new Observable<number>((subscriber) => {
      listening += 1;
      began += 1;
      subscriber.next(began);
      return () => (listening -= 1);
    });
    const live = new LiveNumber(input$, positive);
    live.open();
    expect([listening, began]).toEqual([1, 1]);
    live.close();
    expect([listening, began]).toEqual([0, 1]);
    live.open();

    expect([listening, began, live.value]).toEqual([1, 2, 2]);
  });

  it('unsubscribes when closed, and keeps its value', () => {
    const limit$ = new BehaviorSubject(5);
    const live = new LiveNumber(limit$, positive);
    const told = heard(live);
    live.close();
    limit$.next(6);

    expect([limit$.observed, live.value, told]).toEqual([false, 5, []]);
  });
});
