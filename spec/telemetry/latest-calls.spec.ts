import { Clock } from '../../src/time/clock.js';
import { LatestCalls } from '../../src/telemetry/latest-calls.js';
import { VirtualTime } from '../support/virtual-time.js';

const call = (cost: Readonly<Record<string, number>> = { tokens: 100 }, size = 100) => ({
  cost,
  size,
});

/** Calls one after the other, which run for so long and take so much. */
function after(...runs: readonly (readonly [ms: number, tokens?: number])[]): LatestCalls {
  const time = new VirtualTime();
  const latest = new LatestCalls(new Clock(time));
  for (const [ms, tokens] of runs) {
    const one = call();
    latest.started(one);
    time.advance(ms);
    latest.ended(one, tokens === undefined ? undefined : { tokens });
  }
  return latest;
}

describe('LatestCalls', () => {
  it('knows nothing of runs before one has ended, and takes reservations for real', () => {
    const latest = after();
    latest.started(call());

    expect([latest.runMs, latest.takenShare]).toEqual([undefined, 1]);
  });

  it('takes the first run for all', () => {
    expect(after([400]).runMs).toBe(400);
  });

  it('moves by a fifth of the way with each further one', () => {
    expect(after([400], [900]).runMs).toBe(500);
    expect(after([400], [900], [0]).runMs).toBe(400);
  });

  it('comes to what calls have in common, wherever it began', () => {
    const few = Array.from({ length: 20 }, () => [10, 25] as const);
    const { runMs, takenShare } = after([5_000, 400], ...few);

    expect(runMs).toBeGreaterThan(10);
    expect(runMs).toBeLessThan(70);
    expect(takenShare).toBeCloseTo(0.25, 1);
  });

  it('learns what part of reservations is taken, from 1, also when it is more', () => {
    expect(after([1, 50]).takenShare).toBeCloseTo(0.9, 9);
    expect(after([1, 50], [1, 50]).takenShare).toBeCloseTo(0.82, 9);
    expect(after([1, 200]).takenShare).toBeCloseTo(1.2, 9);
  });

  it('leaves that as it is where a call has not told', () => {
    expect(after([1, 50], [1]).takenShare).toBeCloseTo(0.9, 9);
  });

  it('takes units that a usage does not name as reserved', () => {
    const latest = after();
    const one = call({ inputTokens: 60, outputTokens: 40 });
    latest.started(one);
    latest.ended(one, { outputTokens: 0 });

    expect(latest.takenShare).toBeCloseTo(0.92, 9);
  });

  // A cost of 0.1 usd, and 800 tokens in the usage: the share had become 1,600.
  it('compares the unit that was reserved, though the usage names another', () => {
    const latest = after();
    const one = call({ usd: 0.1 }, 0.1);
    latest.started(one);
    latest.ended(one, { usd: 0.1, tokens: 800 });

    expect(latest.takenShare).toBeCloseTo(1, 9);
  });

  it('measures one at a time: who started next after that one ended', () => {
    const time = new VirtualTime();
    const latest = new LatestCalls(new Clock(time));
    const [first, second, third] = [call(), call(), call()];
    latest.started(first);
    time.advance(10);
    latest.started(second);
    time.advance(10);
    latest.ended(second, { tokens: 1 });
    expect([latest.runMs, latest.takenShare]).toEqual([undefined, 1]);
    latest.ended(first);
    latest.started(third);
    time.advance(120);
    latest.ended(third);

    expect(latest.runMs).toBe(40);
  });

  it('measures the next when the one that it measures has left, and not that one', () => {
    const time = new VirtualTime();
    const latest = new LatestCalls(new Clock(time));
    const [first, second] = [call(), call()];
    latest.started(first);
    time.advance(10);
    latest.left(first);
    latest.started(second);
    time.advance(30);
    latest.ended(first);
    latest.ended(second);

    expect(latest.runMs).toBe(30);
  });

  it('goes on measuring one when another leaves', () => {
    const time = new VirtualTime();
    const latest = new LatestCalls(new Clock(time));
    const [first, second] = [call(), call()];
    latest.started(first);
    latest.started(second);
    time.advance(10);
    latest.left(second);
    latest.ended(first);

    expect(latest.runMs).toBe(10);
  });

  it('reads the clock twice for one that it measures, and not for others', () => {
    const now = jest.fn(() => 0);
    const latest = new LatestCalls(new Clock({ now }));
    const calls = [call(), call(), call()];
    for (const one of calls) latest.started(one);
    for (const one of calls) latest.ended(one);

    expect(now).toHaveBeenCalledTimes(2);
  });
});
