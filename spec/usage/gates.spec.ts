import { Gate } from '../../src/usage/gate.js';
import { Gates } from '../../src/usage/gates.js';
import { LET_IN, LOST, refused } from './readings.js';

describe('Gates', () => {
  it('tell nobody of a change when all are open', () => {
    const gates = new Gates(new Gate(), []);

    expect(gates.areOpen).toBe(true);
    expect([gates.hear(1, 1, LET_IN, 0), gates.hear(1, 1, LOST, 0), gates.gone(1, 0)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('tell of one that closes, of a probe that is gone, and of one that is let in', () => {
    const gates = new Gates(new Gate(), []);
    expect([gates.hear(1, 1, refused(1_000), 0), gates.areOpen]).toEqual([true, false]);
    gates.pass(2, 1_000);
    expect([gates.gone(2, 1_001), gates.areOpen]).toEqual([true, false]);
    gates.pass(3, 1_002);

    expect([gates.hear(3, 3, LET_IN, 1_003), gates.areOpen]).toEqual([true, true]);
  });
});
