import fc from 'fast-check';
import { type Heard, ToldLimit } from '../../src/usage/told-limit.js';
import { limitOf } from './readings.js';

const OWN = 20;

/** What was told in the answer to a call, and what was known here when it came. */
interface Answer {
  readonly gap: number;
  readonly ticket: number;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly used: number;
  readonly isExact: boolean;
  readonly isSure: boolean;
  readonly othersMs: number;
  readonly limitMs: number;
}

const amount = fc.oneof(fc.nat(30), fc.constantFrom(null, -1, NaN, Infinity));
const answer: fc.Arbitrary<Answer> = fc.record({
  gap: fc.nat(5),
  ticket: fc.nat(6),
  limit: amount,
  remaining: amount,
  used: fc.nat(15),
  isExact: fc.boolean(),
  isSure: fc.boolean(),
  othersMs: fc.integer({ min: 1, max: 9 }),
  limitMs: fc.integer({ min: 1, max: 9 }),
});
const answers = fc.array(answer, { maxLength: 8 });

const isLimit = (limit: number | null): limit is number =>
  limit !== null && limit >= 1 && limit < Infinity;
const isAmount = (amount: number | null): amount is number =>
  amount !== null && amount >= 0 && amount < Infinity;

/** All that was told, read anew for each question: what `ToldLimit` must agree with. */
class NaiveLimit {
  private readonly heard: (Answer & { readonly at: number })[] = [];

  hear(one: Answer, at: number): boolean {
    const isOld = this.heard.some(({ ticket }) => ticket > one.ticket);
    if (isOld || !(isLimit(one.limit) || isAmount(one.remaining))) return false;
    this.heard.push({ ...one, at });
    return true;
  }

  /** The latest that was told, unless it was so long ago that it is forgotten. */
  limit(now: number): number | undefined {
    const latest = this.heard.filter(({ limit }) => isLimit(limit)).at(-1);
    return latest && now < latest.at + latest.limitMs ? latest.limit! : undefined;
  }

  /** By the latest answer, or by the latest that leaves no doubt: whichever says more. */
  others(now: number): number {
    const telling = this.heard.filter(({ remaining }) => isAmount(remaining));
    const known = telling.filter(({ isExact }) => isExact);
    return Math.max(this.othersBy(telling.at(-1), now), this.othersBy(known.at(-1), now));
  }

  private othersBy(one: (Answer & { readonly at: number }) | undefined, now: number): number {
    if (!one || now >= one.at + one.othersMs) return 0;
    const index = this.heard.indexOf(one);
    // What was the limit then; a forgotten one is none.
    const then = new NaiveLimit();
    then.heard.push(...this.heard.slice(0, index + 1));
    return Math.max(0, (then.limit(one.at) ?? OWN) - one.remaining! - one.used);
  }
}

/** Both, told the same; `check` is called after each answer. */
function play(
  all: readonly Answer[],
  check: (told: ToldLimit, naive: NaiveLimit, now: number) => void,
): void {
  const [told, naive] = [new ToldLimit(), new NaiveLimit()];
  let now = 0;
  for (const one of all) {
    now += one.gap;
    told.forgetOld(now);
    expect(told.hear(limitOf(one), heardAt(one, now))).toBe(naive.hear(one, now));
    check(told, naive, now);
  }
}

function heardAt({ othersMs, limitMs, ...known }: Answer, now: number): Heard {
  return { ...known, ownLimit: OWN, othersUntil: now + othersMs, limitUntil: now + limitMs };
}

describe('ToldLimit, beside all that was told', () => {
  it('says the same of the limit, and of what others have used, at every instant', () => {
    fc.assert(
      fc.property(answers, (all) => {
        play(all, (told, naive, now) => {
          for (const later of [0, 1, 4, 8, 9]) {
            const others = naive.others(now + later);
            expect(told.usedByOthers(now + later)).toBe(others);
          }
          expect(told.limit).toBe(naive.limit(now));
          const granted = told.granted(OWN, now);
          const left = Math.max(0, (naive.limit(now) ?? OWN) - naive.others(now));
          expect(granted).toBe(left);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('names waits that are enough, and not a millisecond too long', () => {
    fc.assert(
      fc.property(answers, (all) => {
        play(all, (told, naive, now) => {
          const [gone, less] = [told.waitUntilOthersAreGone(now), told.waitUntilOthersLeft(now)];
          expect(naive.others(now + gone)).toBe(0);
          if (gone > 0) expect(naive.others(now + gone - 1)).toBeGreaterThan(0);
          if (less > 0) expect(naive.others(now + less - 1)).toBe(naive.others(now));
          const old = told.waitUntilOld(now);
          expect(naive.limit(now + Math.min(old, 1_000))).toBeUndefined();
          if (old < Infinity) expect(naive.limit(now + old - 1)).toBeDefined();
        });
      }),
      { numRuns: 400 },
    );
  });
});
