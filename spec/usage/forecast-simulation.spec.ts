import fc from 'fast-check';
import { from } from 'rxjs';
import { InMemoryRateTracker, type Quota, quota, type Usage } from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';

interface Charge {
  readonly gap: number;
  readonly cost: Usage;
  /** What it really takes, where that is known before the forecast. */
  readonly used: Usage | undefined;
}

const LIMIT = 60;
const usage = fc.record({ tokens: fc.nat(LIMIT), images: fc.nat(LIMIT) });
const charges: fc.Arbitrary<Charge[]> = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.nat(60), fc.nat(10)),
    cost: usage,
    used: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.record({ tokens: fc.nat(90), images: fc.nat(90) }) },
    ),
  }),
  { maxLength: 12 },
);
const model = fc.constantFrom('sliding-window', 'token-bucket', 'fixed-window');
const windows = fc.record({
  model,
  windowMs: fc.constantFrom(20, 40, 97, 200),
  marginMs: fc.constantFrom(0, 1, 7, 10, 20),
});

/** A tracker to which all of this has happened. */
function trackerAfter(history: readonly Charge[], quotas: readonly Quota[], time: VirtualTime) {
  const tracker = new InMemoryRateTracker({ quotas, scheduler: time });
  for (const { gap, cost, used } of history) {
    time.advance(gap);
    const asking = from(tracker.reserve(cost)).subscribe((reservation) => {
      if (used) reservation.settle(used);
    });
    asking.unsubscribe();
  }
  return tracker;
}

/** All of it together; what is not named is not known. */
function sumOf(costs: readonly Usage[]): Usage {
  const sum: Record<string, number> = { requests: costs.length };
  for (const cost of costs)
    for (const unit in cost) sum[unit] = (sum[unit] ?? 0) + (cost[unit] ?? 0);
  return sum;
}

/** In how many ms the last of these is let out, when all of them ask now. */
function waitOfLast(tracker: InMemoryRateTracker, costs: readonly Usage[], time: VirtualTime) {
  const start = time.now();
  let wait = -1;
  for (const cost of costs)
    from(tracker.reserve(cost)).subscribe(() => {
      wait = time.now() - start;
    });
  time.flush();
  return wait;
}

describe('forecast, beside what really happens', () => {
  it('is never later, whatever was charged before, whatever the quotas and the costs', () => {
    const quotas = fc.array(
      fc.record({
        unit: fc.constantFrom('tokens', 'images', 'requests'),
        limit: fc.constantFrom(LIMIT, 70, 100),
        window: windows,
      }),
      { minLength: 1, maxLength: 3 },
    );
    const cost = fc.oneof(
      { weight: 6, arbitrary: usage },
      { weight: 1, arbitrary: fc.constantFrom({}, { tokens: LIMIT }, { images: 5 }) },
    );
    const line = fc.array(cost, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(quotas, charges, fc.nat(100), line, (drawn, history, gap, costs) => {
        const time = new VirtualTime();
        const made = drawn.map(({ unit, limit, window }) =>
          quota({ unit, limit: unit === 'requests' ? limit / 20 : limit, ...window }),
        );
        const tracker = trackerAfter(history, made, time);
        time.advance(gap);
        const before = tracker.quotas;
        const forecast = tracker.forecast(costs.at(-1)!, sumOf(costs.slice(0, -1)));

        expect(tracker.quotas).toEqual(before);
        const wait = waitOfLast(tracker, costs, time);
        expect(Math.floor(forecast.waitMs)).toBeLessThanOrEqual(wait);
        expect(forecast.blockedBy).toBe(forecast.waitMs > 0 ? 'quota' : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is exact for one quota and costs that divide its limit', () => {
    fc.assert(
      fc.property(
        windows,
        charges,
        fc.nat(100),
        fc.constantFrom(2, 3, 4, 6, 60),
        fc.integer({ min: 1, max: 25 }),
        (window, history, gap, parts, count) => {
          const time = new VirtualTime();
          // Where all of them fit into a full bucket the margin may be waited for in vain.
          const marginMs = window.model === 'token-bucket' && count <= parts ? 0 : window.marginMs;
          fc.pre(window.model !== 'token-bucket' || marginMs * 2 < window.windowMs);
          const one = quota({ unit: 'tokens', limit: LIMIT, ...window, marginMs });
          const tracker = trackerAfter(history, [one], time);
          time.advance(gap);
          const cost = { tokens: LIMIT / parts };
          const { waitMs } = tracker.forecast(cost, { tokens: cost.tokens * (count - 1) });

          const wait = waitOfLast(tracker, Array<Usage>(count).fill(cost), time);
          expect(Math.max(0, Math.ceil(waitMs - 1e-6))).toBe(wait);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
