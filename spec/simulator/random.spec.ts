import { fork, random } from '../../src/simulator/random.js';

describe('random', () => {
  it.each([
    [0, 0.26642920868471265],
    [1, 0.6270739405881613],
  ])('begins with the number of mulberry32 for seed %i', (seed, first) => {
    expect(random(seed)()).toBe(first);
  });

  it('repeats itself for the same seed', () => {
    const [one, other] = [random(7), random(7)];
    const ten = (draw: () => number) => Array.from({ length: 10 }, draw);

    expect(ten(one)).toEqual(ten(other));
  });

  it('forks into sequences that differ', () => {
    const next = fork(1);

    expect(new Set([next()(), next()(), next()()]).size).toBe(3);
  });
});
