import { InMemoryRateTracker, quota, type Reservation, UsageTracker } from '../../src/index.js';
import { Gate } from '../../src/usage/gate.js';
import { readUsage } from '../../src/usage/read-usage.js';
import { isToldLimit } from '../../src/usage/told-quota.js';
import { VirtualTime } from '../support/virtual-time.js';

const DAY_MS = 86_400_000;

describe('what is told that nobody can mean', () => {
  it.each<[unknown, number]>([
    [31 * DAY_MS, 31 * DAY_MS],
    [31 * DAY_MS + 1, DAY_MS],
    ['5', 1_000],
  ])('closes a gate, told %p, for %d ms', (waitMs, closedMs) => {
    const gate = new Gate({ baseMs: 1_000, random: () => 1 });
    gate.refused({ ticket: 1, lastTicket: 1, waitMs: waitMs as number }, 0);

    expect(gate.state(0).reopensAt).toBe(closedMs);
  });

  it.each(['a b', ' a', 'a ', 'x'.repeat(41)])('names no unit that is none: %s', (unit) => {
    expect(() => readUsage({ [unit]: NaN }, [], 'usage')).toThrow("usage['…']");
  });

  it('is no limit where it is a text', () => {
    expect(isToldLimit('5')).toBe(false);
  });

  it.each([
    [500, 500],
    [5_000, 1_000],
  ])('counts in a bucket for at most 100 limits: %d', (told, used) => {
    const one = quota({ unit: 'tokens', limit: 10, windowMs: 1_000, marginMs: 0, model: 'token-bucket' }); // prettier-ignore
    const tracker = new InMemoryRateTracker({ quotas: [one], scheduler: new VirtualTime() });
    const [reservation] = tracker.reserve({ tokens: 1 }) as Reservation[];
    reservation!.settle({ tokens: told });

    expect(tracker.quotas[0]!.used).toBe(used);
  });

  it('is stored as every other field is', () => {
    const record = new UsageTracker('__proto__', () => ({})).addTo({});

    expect(Object.getOwnPropertyDescriptor(record, '__proto__')).toMatchObject({
      writable: true,
      configurable: true,
    });
  });
});
