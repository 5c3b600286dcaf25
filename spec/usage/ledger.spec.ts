import { Subject } from 'rxjs';
import { Clock } from '../../src/time/clock.js';
import { budget, quota, type Quota, type Reservation } from '../../src/index.js';
import { Gate } from '../../src/usage/gate.js';
import { laneOf, learnedLane } from '../../src/usage/lane-of.js';
import { Ledger } from '../../src/usage/ledger.js';
import { VirtualTime } from '../support/virtual-time.js';
import { LET_IN, LOST, limitOf, refused, told } from './readings.js';

const perSecond = (unit: string) => quota({ unit, limit: 100, windowMs: 1_000, marginMs: 0 });

/** A ledger of these quotas, and how often it told of a change since it was last asked. */
function ledgerOf(...quotas: Quota[]) {
  const changes = new Subject<void>();
  let told = 0;
  changes.subscribe(() => (told += 1));
  const lanes = quotas.map((one, index) => laneOf(one, { name: `quotas[${index}]` }));
  const clock = new Clock(new VirtualTime());
  const ledger = new Ledger({ lanes, gate: new Gate(), clock, changes, learn: learnedLane });
  const reserve = (cost: Record<string, number>) => ledger.reserve(cost) as Required<Reservation>;
  const news = () => {
    const count = told;
    told = 0;
    return count;
  };
  return { ledger, reserve, news };
}

describe('Ledger tells of a change', () => {
  it('once when a call is let out, and when what it took is corrected', () => {
    const { reserve, news } = ledgerOf(perSecond('tokens'), perSecond('images'));
    const reservation = reserve({ tokens: 10, images: 1 });
    expect(news()).toBe(1);
    reservation.revise({ tokens: 20 });
    expect(news()).toBe(1);
    reservation.settle({ tokens: 15, images: 1 });

    expect(news()).toBe(1);
  });

  it('when the first of its quotas is corrected only', () => {
    const { reserve, news } = ledgerOf(perSecond('tokens'), perSecond('images'));
    const [one, other] = [reserve({ tokens: 10, images: 1 }), reserve({ tokens: 10, images: 1 })];
    news();
    one.settle({ tokens: 15, images: 1 });
    expect(news()).toBe(1);
    other.revise({ tokens: 15, images: 1 });

    expect(news()).toBe(1);
  });

  it('not when a call took what was expected', () => {
    const { reserve, news } = ledgerOf(perSecond('tokens'));
    const reservation = reserve({ tokens: 10 });
    news();
    reservation.revise({ tokens: 10 });
    reservation.revise({});
    reservation.settle({ tokens: 10 });

    expect(news()).toBe(0);
  });

  it('when what a call took of a budget is final, but not where it took nothing', () => {
    const { reserve, news } = ledgerOf(budget({ unit: 'usd', limit: 5 }));
    const [one, other] = [reserve({ usd: 2 }), reserve({ usd: 0 })];
    news();
    one.settle({ usd: 2 });
    expect(news()).toBe(1);
    other.settle({ usd: 0 });

    expect(news()).toBe(0);
  });

  it('not when nothing is heard, or nothing that it counts', () => {
    const { reserve, news } = ledgerOf(perSecond('tokens'));
    const [one, other] = [reserve({ tokens: 1 }), reserve({ tokens: 1 })];
    news();
    one.hear(LET_IN);
    one.hear(told(limitOf({ dim: 'images', limit: 5 })));
    expect(news()).toBe(0);
    one.hear(refused(1_000));
    expect(news()).toBe(1);
    other.hear(LOST);

    expect(news()).toBe(0);
  });
});

describe('Ledger', () => {
  it('can be told all of a call that was let out before a quota was learned', () => {
    const { ledger, reserve } = ledgerOf();
    const [one, other] = [reserve({ tokens: 5 }), reserve({ tokens: 7 })];
    one.hear(told(limitOf({ dim: 'tokens', limit: 100, windowMs: 60_000 })));
    expect(ledger.quotas).toMatchObject([{ unit: 'tokens', limit: 100, used: 12 }]);
    other.revise({ tokens: 50 });
    other.arrived(1);
    other.settle({ tokens: 50 });

    expect(ledger.quotas).toMatchObject([{ used: 12 }]);
  });

  it('knows of what was sent since then, whatever units came between', () => {
    const { ledger, reserve } = ledgerOf();
    const one = reserve({ tokens: 5 });
    reserve({ images: 1 });
    one.hear(told(limitOf({ dim: 'tokens', limit: 100, windowMs: 60_000 })));

    expect(ledger.quotas).toMatchObject([{ unit: 'tokens', used: 5 }]);
  });

  it('says when the first of what it holds leaves', () => {
    const { ledger, reserve } = ledgerOf(
      quota({ unit: 'tokens', limit: 100, windowMs: 5_000, marginMs: 0 }),
      perSecond('images'),
    );
    reserve({ tokens: 1, images: 1 });

    expect(ledger.waitUntilNextLeaves()).toBe(1_000);
  });
});
