import fc from 'fast-check';
import { CallQueue } from '../../src/queue/call-queue.js';
import { Queueable } from '../../src/queue/queueable.js';
import { LatestCalls } from '../../src/telemetry/latest-calls.js';
import { Outlook, type OutlookParts } from '../../src/telemetry/outlook.js';
import { Throughput } from '../../src/telemetry/throughput.js';
import { Clock } from '../../src/time/clock.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('Outlook', () => {
  const NOW = 1_000;

  interface Scene {
    readonly bound: number;
    /** For how long each has been running, the oldest first. */
    readonly ran: readonly number[];
    readonly ahead: number;
    readonly runMs: number;
  }

  function waitOf({ bound, ran, ahead, runMs }: Scene): number {
    const queue = new CallQueue<Queueable>();
    for (let call = 0; call < ahead; call++) queue.push(new (class extends Queueable {})(), 0);
    const parts = {
      queue,
      inFlight: new Set(ran.map((ms) => ({ reservation: { at: NOW - ms } }))),
      tracker: {},
      permits: { bound, isPaused: false, isOpen: true, count$: { value: bound } },
      isAcquiring: () => false,
      latest: { runMs, takenShare: 1 },
      clock: { now: () => NOW },
    };
    const outlook = new Outlook(parts as unknown as OutlookParts);
    return outlook.placeOf({ priority: 0, tenant: undefined, cost: {} }).waitMs;
  }

  /** Lets them end and start one after the other. */
  function simulated({ bound, ran, ahead, runMs }: Scene): number {
    const ends = ran.map((ms) => Math.max(0, runMs - ms));
    let now = 0;
    for (let place = 0; place <= ahead; place++) {
      while (ends.length >= bound) {
        ends.sort((a, b) => a - b);
        now = Math.max(now, ends.shift()!);
      }
      ends.push(now + runMs);
    }
    return now;
  }

  it('says when a permit comes as one finds who lets all run and end, one after the other', () => {
    const scene = fc.record({
      bound: fc.integer({ min: 1, max: 4 }),
      ran: fc.array(fc.nat(40), { maxLength: 6 }).map((all) => [...all].sort((a, b) => b - a)),
      ahead: fc.nat(12),
      runMs: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(scene, (one) => {
        expect(waitOf(one)).toBe(simulated(one));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('LatestCalls', () => {
  const run = fc.record({ ms: fc.nat(50), reserved: fc.nat(9), used: fc.option(fc.nat(300)) });

  it('stays within what was measured', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 15 }), (runs) => {
        const time = new VirtualTime();
        const latest = new LatestCalls(new Clock(time));
        const shares = [1];
        for (const { ms, reserved, used } of runs) {
          const call = { cost: { requests: 1, tokens: reserved } };
          latest.started(call);
          time.advance(ms);
          latest.ended(call, used === null ? undefined : { tokens: used });
          // Of an estimate of nothing no share is known; ten times as much is a mistake, and counts as that.
          if (used !== null && reserved > 0) shares.push(Math.min(used / reserved, 10));
        }
        const lengths = runs.map(({ ms }) => ms);

        expect(latest.runMs).toBeGreaterThanOrEqual(Math.min(...lengths) - 1e-9);
        expect(latest.runMs).toBeLessThanOrEqual(Math.max(...lengths) + 1e-9);
        expect(latest.takenShare).toBeGreaterThanOrEqual(Math.min(...shares) - 1e-9);
        expect(latest.takenShare).toBeLessThanOrEqual(Math.max(...shares) + 1e-9);
      }),
      { numRuns: 300 },
    );
  });
});

describe('Throughput', () => {
  it('is the rate where that is constant, whenever somebody looks', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 10 });
    fc.assert(
      fc.property(gaps, fc.nat(5), (gaps, perSecond) => {
        const throughput = new Throughput();
        let second = 0;
        gaps.forEach((gap, index) => {
          for (let call = 0; call < gap * perSecond; call++) throughput.count('completed');
          second += gap;
          const rate = throughput.state(second * 1_000).completedPerMinute;
          const hasLooked = index > 0 && gap <= 60;

          expect(rate ?? 60 * perSecond).toBeCloseTo(60 * perSecond, 9);
          expect(rate === undefined).toBe(!hasLooked);
        });
      }),
      { numRuns: 300 },
    );
  });
});
