import fc from 'fast-check';
import { ACCOUNTINGS, type Accounting, tokensOfText, type Usage } from '../../src/index.js';
import { type Answer, AnswerLine } from '../../src/estimate/answer-line.js';
import { LatestQuantile } from '../../src/estimate/latest-quantile.js';
import { LatestSum } from '../../src/estimate/latest-sum.js';
import { LatestUsed } from '../../src/estimate/latest-used.js';
import { OutputLearner } from '../../src/estimate/output-learner.js';
import { Clock } from '../../src/time/clock.js';
import { FakeReservation } from '../support/fake-tracker.js';
import { VirtualTime } from '../support/virtual-time.js';

const tokens = fc.nat(50);

describe.each(Object.keys(ACCOUNTINGS) as Accounting[])('the accounting %s', (name) => {
  const { reserve, settle } = ACCOUNTINGS[name];
  const call = fc.record({
    inputTokens: tokens,
    most: tokens,
    written: fc.nat(100),
    cached: fc.nat(100),
  });

  // Otherwise what was reserved would not be enough, and the debt would break a limit.
  it('never settles to more than it has reserved, where the answer is no longer than it may be', () => {
    fc.assert(
      fc.property(call, fc.boolean(), ({ inputTokens, most, written, cached }, isDefault) => {
        const reserved = reserve({
          inputTokens,
          ...(isDefault ? { defaultOutputTokens: most } : { maxOutputTokens: most }),
        });
        const settled = settle({
          inputTokens,
          outputTokens: Math.min(written, most),
          cachedTokens: Math.min(cached, inputTokens),
        });

        expect(Object.keys(reserved).sort()).toEqual([
          'inputTokens',
          'outputTokens',
          'requests',
          'tokens',
        ]);
        for (const unit of Object.keys(settled)) {
          expect(settled[unit]).toBeLessThanOrEqual(reserved[unit]!);
          expect(settled[unit]).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reserves no less for a longer prompt, nor for a longer answer', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (inputTokens, most, moreInput, moreOutput) => {
        const less = reserve({ inputTokens, maxOutputTokens: most });
        const more = reserve({
          inputTokens: inputTokens + moreInput,
          maxOutputTokens: most + moreOutput,
        });

        for (const unit of Object.keys(less))
          expect(more[unit]).toBeGreaterThanOrEqual(less[unit]!);
      }),
    );
  });
});

describe('tokensOfText', () => {
  it('of two texts together is no more than of each, and at most one less', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const apart = tokensOfText(one) + tokensOfText(other);
        const together = tokensOfText(one + other);

        expect(together).toBeLessThanOrEqual(apart);
        expect(together).toBeGreaterThanOrEqual(apart - 1);
      }),
    );
  });
});

describe('what is remembered of the latest', () => {
  const numbers = fc.array(fc.nat(9), { maxLength: 15 });
  const most = fc.integer({ min: 1, max: 5 });

  it('has the quantiles of a list that is sorted anew, and its sum', () => {
    fc.assert(
      fc.property(numbers, most, fc.integer({ min: 1, max: 10 }), (all, most, tenths) => {
        const [quantile, sum] = [new LatestQuantile(most), new LatestSum(most)];
        all.forEach((one, index) => {
          quantile.add(one);
          sum.add(one / 10);
          const latest = all.slice(0, index + 1).slice(-most);
          const sorted = [...latest].sort((a, b) => a - b);

          expect(quantile.size).toBe(latest.length);
          expect(quantile.at(tenths / 10)).toBe(
            sorted[Math.ceil((tenths * latest.length) / 10) - 1],
          );
          expect(sum.value).toBeCloseTo(latest.reduce((total, one) => total + one, 0) / 10, 12);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is by key what was used last, in the order of use', () => {
    const step = fc.record({
      key: fc.nat(4),
      does: fc.constantFrom('find' as const, 'add' as const),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        (steps, most) => {
          const used = new LatestUsed<number, string>(most);
          let naive: number[] = [];
          for (const { key, does } of steps) {
            const isKnown = naive.includes(key);
            if (does === 'find') expect(used.find(key)).toBe(isKnown ? `${key}` : undefined);
            // As all do who add: only what is not known.
            else if (!isKnown) used.add(key, `${key}`);
            if (isKnown && does === 'add') continue;
            if (isKnown || does === 'add')
              naive = [...naive.filter((one) => one !== key), key].slice(-most);
            expect(used.values).toEqual(naive.map(String));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('OutputLearner', () => {
  it('holds for each less, the more share it; never less than is expected, nor more than all', () => {
    const outputs = fc.array(fc.nat(60), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(outputs, fc.nat(100), fc.integer({ min: 1, max: 10 }), (known, most, tenths) => {
        const learner = new OutputLearner({ atLeast: 1, quantile: tenths / 10 });
        for (const one of known) learner.observe('a', one);
        const cost = { outputTokens: most };
        const held = [1, 2, 3, 10, 1_000, Infinity].map(
          (sharing) => learner.adjust(cost, 'a', sharing)['outputTokens']!,
        );
        const mean = (known.reduce((sum, one) => sum + one, 0) + most) / (known.length + 1);

        expect(held).toEqual([...held].sort((a, b) => b - a));
        expect(held[0]).toBeLessThanOrEqual(most);
        expect(held.at(-1)).toBeGreaterThanOrEqual(Math.min(most, learner.expected('a')!, 100));
        // However many share it, all of them together hold what they need in the mean.
        expect(held.at(-1)).toBeGreaterThanOrEqual(Math.min(most, mean) - 1e-9);
      }),
      { numRuns: 500 },
    );
  });
});

describe('AnswerLine', () => {
  const COST: Usage = { outputTokens: 1_000 };
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ does: fc.constant('begin' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('end' as const),
        which: fc.nat(4),
        output: fc.option(tokens),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat(60) }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

  interface Begun {
    readonly answer: Answer;
    readonly reservation: Revised;
    output: number | null | undefined;
  }

  /** A reservation that tells what it holds. */
  class Revised extends FakeReservation {
    held: Usage = COST;

    revise(held: Usage): void {
      this.held = held;
    }
  }

  class Play {
    readonly time = new VirtualTime();
    readonly learned: number[] = [];
    readonly all: Begun[] = [];
    private readonly learner = new OutputLearner({ atLeast: 10 });
    private readonly line: AnswerLine;

    constructor() {
      for (let call = 0; call < 30; call++) this.learner.observe('a', call, 40);
      jest
        .spyOn(this.learner, 'observe')
        .mockImplementation((_label, output) => this.learned.push(output));
      this.line = new AnswerLine('a', this.learner, this.time, new Clock(this.time));
    }

    do(one: Step): void {
      if (one.does === 'wait') this.time.advance(one.ms);
      else if (one.does === 'begin') this.begin();
      else this.end(one.which, one.output);
    }

    get inFlight(): Begun[] {
      return this.all.filter(({ output }) => output === undefined);
    }

    /** Of those before which none is in flight: what they have told, in the order in which they began. */
    get expected(): number[] {
      const index = this.all.findIndex(({ output }) => output === undefined);
      const first = index < 0 ? this.all : this.all.slice(0, index);
      return first.flatMap(({ output }) => output ?? []);
    }

    private begin(): void {
      const reservation = new Revised(COST);
      const answer = this.line.begin(reservation);
      this.all.push({ answer, reservation, output: undefined });
      this.line.lower(answer);
    }

    private end(which: number, output: number | null): void {
      const one = this.inFlight[which];
      if (!one) return;
      one.output = output;
      one.reservation.held = {};
      this.line.end(one.answer, output ?? undefined);
    }
  }

  it('learns in the order in which calls began, whichever ends first', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const play = new Play();
        for (const one of steps) {
          play.do(one);
          expect(play.learned).toEqual(play.expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('holds all again of those that run for longer than half of the calls, and revises none that has ended', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const play = new Play();
        for (const one of steps) {
          play.do(one);
          const old = play.inFlight.filter(({ answer }) => answer.at + 40 <= play.time.now());
          for (const { reservation } of old) expect(reservation.held).toBe(COST);
          for (const { answer, reservation, output } of play.all)
            expect([answer.held, COST, {}]).toContainEqual(
              output === undefined ? reservation.held : {},
            );
          for (const { reservation, output } of play.all)
            if (output !== undefined) expect(reservation.held).toEqual({});
          if (play.inFlight.length === 0) expect(play.time.timers).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
