import fc from 'fast-check';
import { Clock } from '../../src/time/clock.js';

function read(instants: readonly number[]): number[] {
  const left = [...instants];
  const clock = new Clock({ now: () => left.shift()! });
  return instants.map(() => clock.now());
}

const instant = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ min: 0, max: 2e12, noNaN: true }),
);

describe('Clock', () => {
  it.each([
    // the scheduler's time, the clock's
    [
      [0, 10, 20],
      [0, 10, 20],
    ],
    [
      [0.5, 10.25],
      [0.5, 10.25],
    ],
    [
      [0, 10, 20, 5, 15],
      [0, 10, 20, 20, 30],
    ],
    [
      [20, 5, 0, 10],
      [20, 20, 20, 30],
    ],
    [
      [20, 5, 30],
      [20, 20, 45],
    ],
    [
      [1_700_000_000_000, 0, 6],
      [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_006],
    ],
    [
      [10.4, 2, 3],
      [10.4, 11, 12],
    ],
  ])('reads %j as %j', (scheduler, clock) => {
    expect(read(scheduler)).toEqual(clock);
  });

  it('never goes back, whatever its scheduler does', () => {
    fc.assert(
      fc.property(fc.array(instant), (instants) => {
        const times = read(instants);
        times.slice(1).forEach((time, index) => {
          expect(time).toBeGreaterThanOrEqual(times[index]!);
        });
      }),
    );
  });

  it('lets pass whatever passes between two steps back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2 }),
        (instants) => {
          const times = read(instants);
          instants.slice(1).forEach((now, index) => {
            const passed = Math.max(0, now - instants[index]!);
            expect(times[index + 1]! - times[index]!).toBe(passed);
          });
        },
      ),
    );
  });
});
