import { Gate, type GateOptions } from '../../src/usage/gate.js';
import { RetryAfterTooLongError } from '../../src/index.js';

const OPEN = { status: 'open', reopensAt: undefined };
const PROVING = { status: 'proving', reopensAt: undefined };
const closedUntil = (reopensAt: number) => ({ status: 'closed', reopensAt });

/** A gate that closed at 0, for 1,000 ms, by a refusal of call 1 when 3 was the last that was let out. */
function closed(options: Partial<GateOptions> = {}): Gate {
  const gate = new Gate(options);
  gate.refused({ ticket: 1, lastTicket: 3, waitMs: 1_000 }, 0);
  return gate;
}

describe('Gate', () => {
  it('is open: everybody passes and nothing is ever to be waited for', () => {
    const gate = new Gate();
    for (const ticket of [1, 2, 3]) gate.pass(ticket, 0);

    expect(gate.isOpen).toBe(true);
    expect([gate.waitMs(0), gate.waitUntilItChanges(0), gate.refusal(0)]).toEqual([
      0,
      Infinity,
      undefined,
    ]);
    expect(gate.state(0)).toEqual(OPEN);
    expect([gate.admitted(1), gate.gone(2, 0)]).toEqual([false, false]);
  });

  it('closes for as long as it was told', () => {
    const gate = closed();

    expect([gate.isOpen, gate.waitMs(0), gate.waitMs(999), gate.waitMs(1_000)]).toEqual([
      false,
      1_000,
      1,
      0,
    ]);
    expect([gate.state(999), gate.state(1_000)]).toEqual([closedUntil(1_000), PROVING]);
    expect([gate.waitUntilItChanges(400), gate.waitUntilItChanges(1_000)]).toEqual([600, Infinity]);
  });

  it('does not stay closed longer for another that was let out before it closed', () => {
    const gate = closed();

    for (const ticket of [0, 1, 2, 3])
      expect(gate.refused({ ticket, lastTicket: 9, waitMs: 60_000 }, 500)).toBe(false);
    expect(gate.state(500)).toEqual(closedUntil(1_000));
  });

  it('lets one probe out when it reopens, and the rest when that is let in', () => {
    const gate = closed();
    gate.pass(4, 1_000);
    expect([gate.waitMs(1_000), gate.state(1_000)]).toEqual([10_000, PROVING]);
    expect(gate.admitted(5)).toBe(false);
    expect(gate.waitMs(1_200)).toBe(9_800);
    expect(gate.admitted(4)).toBe(true);

    expect([gate.waitMs(1_200), gate.state(1_200), gate.isOpen]).toEqual([0, OPEN, true]);
  });

  it('closes again when the probe is refused', () => {
    const gate = closed();
    gate.pass(4, 1_000);

    expect(gate.refused({ ticket: 4, lastTicket: 4, waitMs: 300 }, 1_100)).toBe(true);
    expect([gate.state(1_100), gate.waitMs(1_100)]).toEqual([closedUntil(1_400), 300]);
    gate.pass(5, 1_400);
    expect(gate.waitMs(1_400)).toBe(10_000);
  });

  it('lets another probe when the first has ended and nobody knows how', () => {
    const gate = closed();
    gate.pass(4, 1_000);

    expect([gate.gone(3, 1_100), gate.gone(4, 1_100), gate.gone(4, 1_100)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([gate.waitMs(1_100), gate.state(1_100)]).toEqual([0, PROVING]);
    expect(gate.admitted(4)).toBe(false);
    gate.pass(5, 1_100);
    expect(gate.waitMs(1_100)).toBe(10_000);
  });

  it('takes a probe that is silent for ten seconds for let in', () => {
    const gate = closed();
    gate.pass(4, 1_000);
    expect([gate.state(10_999), gate.waitMs(10_999), gate.waitUntilItChanges(10_999)]).toEqual([
      PROVING,
      1,
      1,
    ]);

    expect([gate.state(11_000), gate.waitMs(11_000), gate.waitUntilItChanges(11_000)]).toEqual([
      OPEN,
      0,
      Infinity,
    ]);
    // What becomes of it then is news of one call, not of the gate.
    expect(gate.gone(4, 11_000)).toBe(false);
    for (const ticket of [5, 6]) gate.pass(ticket, 11_000);
    expect(gate.waitMs(11_000)).toBe(0);
  });

  it('lets the call that comes after ten silent seconds out as one of all, not as a probe', () => {
    const gate = closed();
    gate.pass(4, 1_000);
    gate.pass(5, 11_000);

    expect([gate.waitMs(11_000), gate.state(11_000)]).toEqual([0, OPEN]);
  });

  it('closes for a silent probe that is refused after all', () => {
    const gate = closed({ random: () => 1 });
    gate.pass(4, 1_000);

    expect(gate.refused({ ticket: 4, lastTicket: 7, waitMs: null }, 20_000)).toBe(true);
    expect(gate.state(20_000)).toEqual(closedUntil(21_000));
    expect(gate.refused({ ticket: 7, lastTicket: 7, waitMs: null }, 20_000)).toBe(false);
  });

  describe('where the provider does not say how long', () => {
    /** How long it stays closed, each time by the refusal of a probe. */
    function waits(times: number, options: Partial<GateOptions>): number[] {
      const gate = new Gate(options);
      let now = 0;
      return Array.from({ length: times }, (_, ticket) => {
        gate.refused({ ticket, lastTicket: ticket, waitMs: null }, now);
        const wait = gate.waitMs(now);
        now += wait;
        gate.pass(ticket + 1, now);
        return wait;
      });
    }

    it('waits for twice as long each time, up to the most', () => {
      const options = { baseMs: 1_000, maxMs: 10_000, random: () => 1 };

      expect(waits(6, options)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    });

    it.each([
      [0, [500, 1_000, 2_000]],
      [0.5, [750, 1_500, 3_000]],
      [1, [1_000, 2_000, 4_000]],
    ])('waits for half to all of it: random %d', (drawn, expected) => {
      expect(waits(3, { random: () => drawn })).toEqual(expected);
    });

    it('waits for half a second to a second, then twice that, if nothing else is said', () => {
      const [first, second] = waits(2, {});

      expect(first).toBeGreaterThanOrEqual(500);
      expect(first).toBeLessThanOrEqual(1_000);
      expect(second).toBeGreaterThanOrEqual(1_000);
      expect(second).toBeLessThanOrEqual(2_000);
    });

    it('has waited for a minute at most after a thousand refusals', () => {
      expect(waits(1_100, { random: () => 1 }).at(-1)).toBe(60_000);
    });

    it.each([0, -5, NaN, Infinity])('takes a wait of %d for none that was told', (waitMs) => {
      const gate = new Gate({ random: () => 1 });
      gate.refused({ ticket: 1, lastTicket: 1, waitMs }, 0);

      expect(gate.waitMs(0)).toBe(1_000);
    });

    it('begins anew once a call was let in', () => {
      const gate = new Gate({ random: () => 1 });
      gate.refused({ ticket: 1, lastTicket: 1, waitMs: null }, 0);
      gate.pass(2, 1_000);
      gate.refused({ ticket: 2, lastTicket: 2, waitMs: null }, 1_000);
      gate.pass(3, 3_000);
      gate.admitted(3);
      gate.pass(4, 3_000);
      gate.refused({ ticket: 4, lastTicket: 4, waitMs: null }, 3_000);

      expect(gate.waitMs(3_000)).toBe(1_000);
    });

    it('goes on doubling when the probe has ended and nobody knows how', () => {
      const gate = new Gate({ random: () => 1 });
      gate.refused({ ticket: 1, lastTicket: 1, waitMs: null }, 0);
      gate.pass(2, 1_000);
      gate.gone(2, 1_100);
      gate.pass(3, 1_100);
      gate.refused({ ticket: 3, lastTicket: 3, waitMs: null }, 1_200);

      expect(gate.waitMs(1_200)).toBe(2_000);
    });
  });

  describe('closed for longer than calls wait', () => {
    it('says so, until the rest of it is what they wait for', () => {
      const gate = closed({ maxRetryAfterMs: 400 });
      const error = gate.refusal(100);

      expect(error).toBeInstanceOf(RetryAfterTooLongError);
      expect(error).toMatchObject({ retryAfterMs: 900, maxRetryAfterMs: 400 });
      expect([gate.refusal(599), gate.refusal(600)]).toEqual([
        expect.any(RetryAfterTooLongError),
        undefined,
      ]);
    });

    it('waits for ten minutes if nothing else is said', () => {
      const gate = new Gate();
      gate.refused({ ticket: 1, lastTicket: 1, waitMs: 600_001 }, 0);

      expect(gate.refusal(0)).toMatchObject({ retryAfterMs: 600_001, maxRetryAfterMs: 600_000 });
      expect(gate.refusal(1)).toBeUndefined();
    });
  });

  describe('shared by who has options of its own', () => {
    const asker = { maxRetryAfterMs: 100, baseMs: 10, maxMs: 1_000, random: () => 0 };

    it('does what the asker says', () => {
      const gate = new Gate();
      gate.refused({ ticket: 1, lastTicket: 1, waitMs: null }, 0, asker);
      expect(gate.waitMs(0)).toBe(5);
      gate.refused({ ticket: 2, lastTicket: 2, waitMs: 200 }, 0, asker);

      expect(gate.refusal(0, asker)).toMatchObject({ maxRetryAfterMs: 100 });
      expect(gate.refusal(0, { maxRetryAfterMs: 200 })).toBeUndefined();
    });

    it('does what it was made for where that was said', () => {
      const gate = new Gate({ maxRetryAfterMs: 300, baseMs: 40, random: () => 1 });
      gate.refused({ ticket: 1, lastTicket: 1, waitMs: null }, 0, asker);
      expect(gate.waitMs(0)).toBe(40);
      gate.refused({ ticket: 2, lastTicket: 2, waitMs: 200 }, 0, asker);

      expect(gate.refusal(0, asker)).toBeUndefined();
    });
  });

  it('is open once a probe was let in, though that was sent before the time that was told was over', () => {
    const gate = closed();
    gate.pass(4, 100);
    gate.admitted(4);

    expect([gate.waitMs(101), gate.state(101)]).toEqual([0, OPEN]);
  });

  it('waits ten seconds for a probe when it has closed once, be it by the very first call', () => {
    const gate = new Gate();
    gate.refused({ ticket: 0, lastTicket: 0, waitMs: 1_000 }, 0);
    gate.pass(1, 1_000);

    expect(gate.waitMs(1_000)).toBe(10_000);
  });

  it('sends one call first of all where nothing is known yet', () => {
    const gate = new Gate({ isUnproven: true });
    expect([gate.isOpen, gate.waitMs(0), gate.state(0), gate.waitUntilItChanges(0)]).toEqual([
      false,
      0,
      PROVING,
      Infinity,
    ]);
    gate.pass(1, 0);
    expect([gate.waitMs(0), gate.waitUntilItChanges(0)]).toEqual([600_000, 600_000]);
    gate.admitted(1);

    expect([gate.waitMs(0), gate.isOpen]).toEqual([0, true]);
  });
});
