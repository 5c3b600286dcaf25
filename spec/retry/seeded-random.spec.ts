import { seededRandom } from '../../src/retry/seeded-random.js';

const ten = (draw: () => number) => Array.from({ length: 10 }, draw);

describe('seededRandom', () => {
  it.each([
    [0, 0.26642920868471265],
    [1, 0.6270739405881613],
  ])('begins with the number of mulberry32 for seed %i', (seed, first) => {
    expect(seededRandom(seed)()).toBe(first);
  });

  it('repeats itself for the same seed', () => {
    expect(ten(seededRandom(7))).toEqual(ten(seededRandom(7)));
  });

  it('differs for another seed', () => {
    expect(ten(seededRandom(7))).not.toEqual(ten(seededRandom(8)));
  });

  it('spreads its numbers evenly from 0 to 1', () => {
    const draw = seededRandom(1);
    const tenths = new Array<number>(10).fill(0);

    for (let n = 0; n < 10_000; n++) tenths[Math.floor(draw() * 10)]! += 1;

    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
});
