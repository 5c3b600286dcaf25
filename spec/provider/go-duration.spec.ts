import { goDuration } from '../../src/provider/go-duration.js';

describe('goDuration', () => {
  it.each([
    [-5, '0s'],
    [0, '0s'],
    [0.9, '0s'],
    [1, '1ms'],
    [9.75, '9ms'],
    [12, '12ms'],
    [424.32, '424ms'],
    [999.999, '999ms'],
    [1_000, '1s'],
    [1_182, '1.182s'],
    [1_798, '1.798s'],
    [20_000, '20s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [977_764, '16m17.764s'],
    [3_600_000, '1h0m0s'],
    [86_400_000, '24h0m0s'],
  ])('writes %d ms as OpenAI does: %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});
