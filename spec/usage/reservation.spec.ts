import { from } from 'rxjs';
import { InMemoryRateTracker, quota, type Reservation, type Usage } from '../../src/index.js';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';

const WINDOW_MS = 100;

function reserve(tracker: InMemoryRateTracker, cost: Usage): Reservation {
  let taken: Reservation | undefined;
  from(tracker.reserve(cost)).subscribe((reservation) => (taken = reservation));
  return taken!;
}

const used = (tracker: InMemoryRateTracker) => tracker.quotas.map((quota) => quota.used);

describe('Reservation', () => {
  let time: VirtualTime;
  let tracker: InMemoryRateTracker;

  beforeEach(() => {
    time = new VirtualTime();
    tracker = new InMemoryRateTracker({
      quotas: ['requests', 'tokens', 'usd'].map((unit) =>
        quota({ unit, limit: 1_000, windowMs: WINDOW_MS, marginMs: 0 }),
      ),
      scheduler: time,
    });
  });

  it('says what was reserved', () => {
    expect(reserve(tracker, { tokens: 5 }).cost).toEqual({ tokens: 5 });
  });

  it.each<[Usage, Usage, number[]]>([
    // reserved, really used, charged then: [requests, tokens, usd]
    [{ tokens: 500 }, { tokens: 200 }, [1, 200, 0]],
    [{ tokens: 500 }, { tokens: 500 }, [1, 500, 0]],
    [{ tokens: 500 }, { tokens: 800 }, [1, 800, 0]],
    [{ tokens: 500 }, { tokens: 5_000 }, [1, 5_000, 0]],
    [{ tokens: 500 }, { tokens: 0 }, [1, 0, 0]],
    [{ tokens: 500 }, {}, [1, 500, 0]],
    [{ tokens: 500 }, { usd: 0.25 }, [1, 500, 0.25]],
    [{ tokens: 500 }, { images: 3 }, [1, 500, 0]],
    [{}, { tokens: 70 }, [1, 70, 0]],
    [{ requests: 1 }, { requests: 4, tokens: 9 }, [4, 9, 0]],
    [{ requests: 3, usd: 2 }, { requests: 0, usd: 2.5 }, [0, 0, 2.5]],
  ])('of %j settled to %j charges %j', (cost, usage, charged) => {
    reserve(tracker, cost).settle(usage);

    expect(used(tracker)).toEqual(charged);
  });

  it.each<[string, Usage[], (Usage | 'give back')[], number[]]>([
    ['holds less', [{ tokens: 200 }], [], [1, 200, 2]],
    ['holds all again', [{ tokens: 200 }, { tokens: 500 }], [], [1, 500, 2]],
    ['holds as it did what is not named', [{ images: 3 }], [], [1, 500, 2]],
    ['is settled to what was used', [{ tokens: 200 }], [{ tokens: 300 }], [1, 300, 2]],
    ['is settled to its estimate where nobody says', [{ tokens: 200, usd: 1 }], [{}], [1, 500, 2]],
    ['is given back whole', [{ tokens: 200 }], ['give back'], [0, 0, 0]],
  ])('that is revised %s', (_, revisions, ends, charged) => {
    const reservation = reserve(tracker, { tokens: 500, usd: 2 });
    for (const held of revisions) reservation.revise!(held);
    for (const end of ends) {
      if (end === 'give back') reservation.giveBack();
      else reservation.settle(end);
    }

    expect(used(tracker)).toEqual(charged);
    expect(tracker.quotas[1]!.reserved).toBe(ends.length > 0 ? 0 : charged[1]);
    expect(reservation.cost).toEqual({ tokens: 500, usd: 2 });
  });

  it('is revised no more once it has ended', () => {
    const reservation = reserve(tracker, { tokens: 500 });
    reservation.settle({ tokens: 300 });
    reservation.revise!({ tokens: 500 });

    expect(used(tracker)).toEqual([1, 300, 0]);
  });

  it('gives back all of it', () => {
    reserve(tracker, { tokens: 5 });
    reserve(tracker, { tokens: 500, usd: 1 }).giveBack();

    expect(used(tracker)).toEqual([1, 5, 0]);
  });

  it.each<[string, (Usage | 'give back')[], number[]]>([
    ['settled twice', [{ tokens: 1 }, { tokens: 9 }], [1, 1, 0]],
    ['given back twice', ['give back', 'give back'], [0, 0, 0]],
    ['settled, then given back', [{ tokens: 1 }, 'give back'], [1, 1, 0]],
    ['given back, then settled', ['give back', { tokens: 1 }], [0, 0, 0]],
  ])('%s counts the first only', (_how, ends, charged) => {
    const reservation = reserve(tracker, { tokens: 500 });
    for (const end of ends) {
      if (end === 'give back') reservation.giveBack();
      else reservation.settle(end);
    }

    expect(used(tracker)).toEqual(charged);
  });

  it('is charged at the time it was reserved, whenever it is settled', () => {
    const reservation = reserve(tracker, { tokens: 5 });
    time.advanceTo(WINDOW_MS - 1);
    reservation.settle({ tokens: 900 });
    expect(used(tracker)).toEqual([1, 900, 0]);
    time.advanceTo(WINDOW_MS);

    expect(used(tracker)).toEqual([0, 0, 0]);
  });

  it.each<[string, (reservation: Reservation) => void]>([
    ['settled', (it) => it.settle({ tokens: 900 })],
    ['given back', (it) => it.giveBack()],
  ])('changes nothing when it is %s after it has left the window', (_how, close) => {
    const reservation = reserve(tracker, { tokens: 5 });
    time.advanceTo(WINDOW_MS);
    reserve(tracker, { tokens: 7 });
    close(reservation);

    expect(used(tracker)).toEqual([1, 7, 0]);
  });

  it('leaves alone what else was charged in the same millisecond', () => {
    const [one, other] = [reserve(tracker, { tokens: 5 }), reserve(tracker, { tokens: 7 })];
    one.giveBack();
    expect(used(tracker)).toEqual([1, 7, 0]);
    other.settle({ tokens: 8 });

    expect(used(tracker)).toEqual([1, 8, 0]);
  });

  it.each([
    ['NaN', { tokens: NaN }],
    ['-5', { tokens: -5 }],
    ['Infinity', { tokens: Infinity }],
    ['a text', { tokens: '5' }],
    ['null', { tokens: null }],
  ])('settled to %s says so, and no window is spoilt', (value, usage) => {
    const reservation = reserve(tracker, { tokens: 500 });
    expect(errorOf(() => reservation.settle(usage as Usage))).toMatchObject({
      code: 'INVALID_OPTION',
      value,
      option: expect.stringContaining('tokens'),
    });

    expect(used(tracker)).toEqual([1, 500, 0]);
  });

  it('settled to nothing at all says so', () => {
    expect(() => reserve(tracker, {}).settle(undefined as never)).toThrow(/^rxllm: /);
  });
});
