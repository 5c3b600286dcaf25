import { type Heard, ToldLimit } from '../../src/usage/told-limit.js';
import { limitOf } from './readings.js';

/** Told at 0 by call 1, of a quota of 100 of which 10 are used. */
const heard = (more: Partial<Heard> = {}): Heard => ({
  ticket: 1,
  used: 10,
  isExact: false,
  ownLimit: 100,
  isSure: true,
  othersUntil: 60_000,
  limitUntil: 90_000,
  ...more,
});

describe('ToldLimit', () => {
  it('knows nothing at first, and leaves to all what is theirs', () => {
    const told = new ToldLimit();

    expect([told.usedByOthers(0), told.waitUntilOthersLeft(0)]).toEqual([0, 0]);
    expect([told.waitUntilOthersAreGone(0), told.waitUntilOld(0)]).toEqual([0, Infinity]);
    expect(told.granted(100, 0)).toBe(100);
  });

  it('grants what the others leave of the limit that was told, else of the own one', () => {
    const told = new ToldLimit();
    told.hear(limitOf({ remaining: 60 }), heard());
    expect([told.usedByOthers(0), told.granted(100, 0)]).toEqual([30, 70]);
    told.hear(limitOf({ limit: 50, remaining: 40 }), heard());

    expect([told.usedByOthers(0), told.granted(100, 0)]).toEqual([0, 50]);
  });

  it('waits for those of the others that leave first, and for all of them', () => {
    const told = new ToldLimit();
    told.hear(limitOf({ remaining: 60 }), heard({ isExact: true, othersUntil: 300 }));
    told.hear(limitOf({ remaining: 80 }), heard({ ticket: 2, othersUntil: 100 }));

    expect([0, 99, 100, 299, 300].map((now) => told.waitUntilOthersLeft(now))).toEqual([
      100, 1, 200, 1, 0,
    ]);
    expect([0, 100, 300].map((now) => told.waitUntilOthersAreGone(now))).toEqual([300, 200, 0]);
    expect([0, 100, 300].map((now) => told.usedByOthers(now))).toEqual([30, 30, 0]);
  });

  it('waits for nobody when all that is used is its own', () => {
    const told = new ToldLimit();
    told.hear(limitOf({ remaining: 90 }), heard({ isExact: true }));

    expect([told.waitUntilOthersLeft(0), told.waitUntilOthersAreGone(0)]).toEqual([0, 0]);
  });

  it('takes no news from an older call than the last, nor from one that tells nothing', () => {
    const told = new ToldLimit();
    expect(told.hear(limitOf({ limit: 50 }), heard({ ticket: 2 }))).toBe(true);

    expect(told.hear(limitOf({ limit: 40 }), heard())).toBe(false);
    expect(told.hear(limitOf({ resetMs: 5 }), heard({ ticket: 3 }))).toBe(false);
    expect(told.limit).toBe(50);
  });

  it('makes nothing of what remains of a limit that nobody knows', () => {
    const told = new ToldLimit();
    told.hear(limitOf({ remaining: 5 }), heard({ ownLimit: undefined }));

    expect([told.usedByOthers(0), told.waitUntilOthersLeft(0)]).toEqual([0, 0]);
  });
});
