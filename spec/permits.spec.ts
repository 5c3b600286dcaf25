import { BehaviorSubject, EMPTY, NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { Permits } from '../src/permits.js';

/** Permits, and each count and fault that they have told. */
function permitsOf(bound: number | Observable<number>) {
  const counts: number[] = [];
  const faults: string[] = [];
  const onChange = jest.fn();
  const permits = new Permits(bound, onChange);
  permits.count$.subscribe((count) => counts.push(count));
  permits.faults$.subscribe((fault) => faults.push(String(fault).replace(/; allowed.*/, '')));
  return { permits, counts, faults, onChange };
}

describe('Permits', () => {
  it('are none before they are opened, then as many as the bound says', () => {
    const { permits, counts } = permitsOf(3);
    expect(permits.isOpen).toBe(false);
    permits.open(true);

    expect(permits.isOpen).toBe(true);
    expect(counts).toEqual([0, 3]);
  });

  it('are none again when they are opened in vain', () => {
    const { permits, counts } = permitsOf(3);
    permits.open(true);
    permits.open(false);

    expect(permits.isOpen).toBe(false);
    expect(counts).toEqual([0, 3, 0]);
  });

  it('may be without bound', () => {
    const { permits, counts } = permitsOf(Infinity);
    permits.open(true);

    expect(counts).toEqual([0, Infinity]);
  });

  it('are none while paused, and the bound stays what it is', () => {
    const { permits, counts } = permitsOf(3);
    permits.open(true);
    permits.pause(true);
    expect([permits.isPaused, permits.bound]).toEqual([true, 3]);
    permits.pause(false);

    expect(permits.isPaused).toBe(false);
    expect(counts).toEqual([0, 3, 0, 3]);
  });

  it('tell nothing when they are paused, or resumed, once more', () => {
    const { permits, counts, onChange } = permitsOf(3);
    permits.open(true);
    permits.pause(false);
    for (const isPaused of [true, true, false, false]) permits.pause(isPaused);

    expect(counts).toEqual([0, 3, 0, 3]);
    expect(onChange).toHaveBeenCalledTimes(3);
  });

  it('stay none when they are opened while paused', () => {
    const { permits, counts } = permitsOf(3);
    permits.pause(true);
    permits.open(true);
    expect(permits.count$.value).toBe(0);
    permits.pause(false);

    expect(counts.at(-1)).toBe(3);
  });

  it('tell of a change after the count has changed', () => {
    const seen: number[] = [];
    const permits: Permits = new Permits(3, () => seen.push(permits.count$.value));
    permits.open(true);
    permits.pause(true);
    permits.pause(false);

    expect(seen).toEqual([3, 0, 3]);
  });

  describe('of a live bound', () => {
    it('follow it, also while paused', () => {
      const bound$ = new BehaviorSubject(1);
      const { permits, counts } = permitsOf(bound$);
      permits.open(true);
      bound$.next(5);
      permits.pause(true);
      bound$.next(7);
      expect([permits.bound, permits.count$.value]).toEqual([7, 0]);
      permits.pause(false);

      expect(counts.filter((count) => count > 0)).toEqual([1, 5, 7]);
    });

    it('are none until it has a value', () => {
      const bound$ = new Subject<number>();
      const { permits, counts } = permitsOf(bound$);
      permits.open(true);
      expect([permits.bound, permits.count$.value]).toEqual([undefined, 0]);
      bound$.next(2);

      expect(permits.bound).toBe(2);
      expect(counts.at(-1)).toBe(2);
    });

    it('may be none for a while: 0 holds all', () => {
      const { permits, faults } = permitsOf(of(4, 0));
      permits.open(true);

      expect([permits.bound, permits.count$.value, faults]).toEqual([0, 0, []]);
    });

    it.each([NaN, -1, 1.5, '3' as never, undefined as never, null as never])(
      'tell a fault of %p, and stay what they were',
      (value) => {
        const bound$ = new BehaviorSubject(4);
        const { permits, faults, counts } = permitsOf(bound$);
        permits.open(true);
        bound$.next(value);

        expect(faults).toEqual([expect.stringContaining('option maxConcurrentJobs is ')]);
        expect(counts).toEqual([0, 4]);
        bound$.next(6);
        expect(permits.count$.value).toBe(6);
      },
    );

    it.each<[string, Observable<number>, string[]]>([
      ['an error', throwError(() => new Error('no bound')), ['Error: no bound']],
      ['no value', EMPTY, ['InvalidOptionError: rxllm: option maxConcurrentJobs is missing']],
      ['nothing yet', NEVER, []],
    ])('tell a fault of one that has %s', (_what, bound$, faults) => {
      expect(permitsOf(bound$).faults).toEqual(faults);
    });

    it('listen to it no more once closed', () => {
      const bound$ = new BehaviorSubject(1);
      const { permits, counts } = permitsOf(bound$);
      permits.open(true);
      permits.close();
      bound$.next(9);

      expect(bound$.observed).toBe(false);
      expect(counts).toEqual([0, 1]);
    });
  });
});
