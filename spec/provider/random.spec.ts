import { fork } from '../../src/provider/random.js';

describe('fork', () => {
  it('gives sequences that differ', () => {
    const next = fork(1);

    expect(new Set([next()(), next()(), next()()]).size).toBe(3);
  });

  it('gives the same ones for the same seed', () => {
    const next = fork(1);

    expect([next()(), next()()]).toEqual([0.6944137515965849, 0.8604490023571998]);
  });
});
