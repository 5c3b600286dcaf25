import fc from 'fast-check';
import { LIMIT_MODELS as PROVIDERS, type Limit } from '../../../src/simulator/index.js';
import { FixedWindow } from '../../../src/usage/window/fixed-window.js';
import { SlidingWindow } from '../../../src/usage/window/sliding-window.js';
import { TokenBucketWindow } from '../../../src/usage/window/token-bucket-window.js';
import type { UsageWindow } from '../../../src/usage/window/usage-window.js';
import { LIMIT_MODELS, type LimitModel } from '../../../src/usage/window/limit-model.js';
import { windowOf } from '../../../src/usage/window/window-of.js';

interface Asked {
  readonly gap: number;
  /** What is reserved, as a share of the limit. */
  readonly share: number;
  /** What it really takes, as a share of what is reserved. */
  readonly real: number;
  /** Until it is settled. */
  readonly held: number;
  /** From the earliest instant at which it may be counted, 0, to the latest, 1. */
  readonly late: number;
}

interface Setting {
  readonly model: LimitModel;
  readonly windowMs: number;
  readonly marginMs: number;
  readonly limit: number;
}

const quarters = (most: number) => fc.nat(4 * most).map((n) => n / 4);

/** Bursts, streams and rests; settled at once, late, after the window; on time, late, and as late as may be. */
const asked: fc.Arbitrary<Asked> = fc.record({
  gap: fc.oneof(fc.constant(0), fc.nat(3), quarters(12), fc.constantFrom(39, 40, 41, 80, 97)),
  share: fc.constantFrom(0, 1 / 24, 1 / 12, 1 / 4, 1 / 2, 1),
  real: fc.constantFrom(0, 1 / 2, 1, 1, 1),
  held: fc.oneof(fc.constant(0), fc.nat(60), quarters(30)),
  late: fc.oneof(fc.constantFrom(0, 1), fc.constantFrom(1 / 4, 1 / 2, 3 / 4)),
});

const settingOf = (model: LimitModel): fc.Arbitrary<Setting> =>
  fc.record({
    model: fc.constant(model),
    windowMs: fc.constantFrom(7, 40),
    marginMs: fc.constantFrom(0, 1, 8, 24, 44, 100),
    limit: fc.constantFrom(24, 48),
  });

/** A client that lets each call out as soon as its window says that it fits, and settles it later. */
class Client {
  now = 0;
  readonly sent: { readonly at: number; readonly amount: number; readonly late: number }[] = [];
  private readonly window: UsageWindow;
  private unsettled: { at: number; settle: () => void }[] = [];

  constructor(private readonly setting: Setting) {
    this.window = windowOf(setting);
    this.window.limitChanged?.(setting.limit, 0);
  }

  send({ gap, share, real, held, late }: Asked): void {
    const { limit } = this.setting;
    this.advanceTo(this.now + gap);
    const amount = share * limit;
    this.waitUntilFits(limit - amount);
    const entry = this.window.charge(amount, this.now);
    this.sent.push({ at: this.now, amount: amount * real, late });
    const settle = () => this.window.correct(entry, amount * real - amount, this.now);
    this.unsettled.push({ at: this.now + held, settle });
  }

  private waitUntilFits(amount: number): void {
    for (;;) {
      const wait = Math.ceil(this.window.waitUntilAtMost(amount, this.now));
      if (wait === 0) return;
      expect(wait).toBeLessThan(Infinity);
      const settled = Math.min(...this.unsettled.map(({ at }) => at));
      this.advanceTo(Math.min(this.now + wait, Math.max(settled, this.now)));
    }
  }

  private advanceTo(now: number): void {
    this.unsettled.sort((one, other) => one.at - other.at);
    while (this.unsettled[0] && this.unsettled[0].at <= now) {
      const { at, settle } = this.unsettled.shift()!;
      this.now = Math.max(this.now, at);
      settle();
    }
    this.now = now;
  }
}

/** How many of the calls the provider refuses, in the order in which it counts them. */
function refusals({ model, windowMs, marginMs, limit }: Setting, { sent }: Client): number {
  const provider = providerOf(model, limit, windowMs);
  // Its clock may be ahead and behind; what is sent takes some time.
  const earliest = model === 'fixed-window' ? -marginMs : 0;
  const counted = sent.map(({ at, amount, late }) => ({
    at: 1_000 * windowMs + at + earliest + (marginMs - earliest) * late,
    amount,
  }));
  counted.sort((one, other) => one.at - other.at);
  return counted.filter(({ at, amount }) => {
    const fits = provider.fits(amount, at);
    if (fits) provider.charge(amount, at);
    return !fits;
  }).length;
}

function providerOf(model: LimitModel, limit: number, windowMs: number): Limit {
  return PROVIDERS[model === 'sliding-window' ? 'sliding-log' : model](limit, windowMs);
}

describe('windowOf', () => {
  it.each([
    ['sliding-window', SlidingWindow],
    ['token-bucket', TokenBucketWindow],
    ['fixed-window', FixedWindow],
  ] as const)('gives the window for the model %s', (model, type) => {
    expect(windowOf({ model, windowMs: 60_000, marginMs: 250 })).toBeInstanceOf(type);
  });

  it('gives a sliding window, its margin added, where no model is named', () => {
    const window = windowOf({ windowMs: 60_000, marginMs: 250 });

    expect(window).toBeInstanceOf(SlidingWindow);
    expect(window).toHaveProperty('lengthMs', 60_250);
  });

  it.each(LIMIT_MODELS)(
    'gives a budget for a window of Infinity, also of the model %s',
    (model) => {
      const window = windowOf({ model, windowMs: Infinity, marginMs: 250 });
      window.charge(5, 0);

      expect(window).toBeInstanceOf(SlidingWindow);
      expect(window.total(1e15)).toBe(5);
    },
  );
});

describe.each(LIMIT_MODELS)('a window of the model %s', (model) => {
  it('never lets out what a provider that counts so refuses, however late it arrives', () => {
    fc.assert(
      fc.property(settingOf(model), fc.array(asked, { maxLength: 60 }), (setting, calls) => {
        const client = new Client(setting);
        for (const call of calls) client.send(call);

        expect(refusals(setting, client)).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('lets out in one burst all of the limit, however small the calls', () => {
    const window = windowOf({ model, windowMs: 60_000, marginMs: 250 });
    window.limitChanged?.(500, 0);
    for (let total = 0; total < 500; total++) {
      expect(window.waitUntilAtMost(500 - 1, 60_500)).toBe(0);
      window.charge(1, 60_500);
    }

    expect(window.total(60_500)).toBe(500);
    expect(window.waitUntilAtMost(500 - 1, 60_500)).toBeGreaterThan(0);
  });

  it('says 0 and waits for nothing while it is empty', () => {
    const window = windowOf({ model, windowMs: 100, marginMs: 10 });

    expect(window.total(0)).toBe(0);
    expect(window.waitUntilNextLeaves(0)).toBe(Infinity);
    expect(window.waitUntilAtMost(0, 0)).toBe(0);
    expect(window.waitUntilBelow(0, 0)).toBe(Infinity);
    expect(window.waitUntilAtMost(-1, 0)).toBe(Infinity);
  });

  it('waits without a margin exactly as long as such a provider says', () => {
    const call = fc.record({ gap: fc.nat(50), amount: fc.nat(30) });
    const limits = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), limits, (calls, limit) => {
        const provider = providerOf(model, limit, 40);
        const window = windowOf({ model, windowMs: 40, marginMs: 0 });
        window.limitChanged?.(limit, 0);
        let now = 0;
        for (const { gap, amount } of calls) {
          now += gap;
          const wait = Math.ceil(window.waitUntilAtMost(limit - amount, now));
          expect(wait).toBe(provider.waitMs(amount, now));
          if (wait > 0) continue;
          window.charge(amount, now);
          provider.charge(amount, now);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is exactly 0 when ten million operations have passed, with whole numbers and fractions', () => {
    const windowMs = 1_000;
    const window = windowOf({ model, windowMs, marginMs: 50 });
    window.limitChanged?.(30_000, 0);
    const recent: unknown[] = [];
    let random = 1;
    let now = 0;
    for (let i = 0; i < 3_333_334; i++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      const divisor = (i & 1024) === 0 ? 1 : 7 / 3;
      now += (random >>> 29) / divisor;
      const other = recent[(random >>> 16) & 31];
      if (other && (i & 1) === 0) window.correct(other, -20 / divisor, now);
      recent[i & 31] = window.charge((50 + ((random >>> 8) & 63)) / divisor, now);
      if (i % 3 === 0) window.correct(recent[i & 31], 3 / divisor, now);
      window.total(now);
    }

    expect(window.total(now)).toBeGreaterThan(0);
    expect(window.total(Math.ceil(now) + windowMs + 2 * 50)).toBe(0);
  }, 30_000);
});
