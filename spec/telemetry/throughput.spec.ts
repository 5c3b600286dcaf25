import { Throughput } from '../../src/telemetry/throughput.js';

type Steps = readonly (readonly [at: number, what: number | 'look'])[];

/** So many calls are answered then, or somebody looks: what he sees last. */
function rateAfter(steps: Steps): number | undefined {
  const throughput = new Throughput();
  let rate: number | undefined;
  for (const [at, what] of steps) {
    if (what === 'look') rate = throughput.state(at).completedPerMinute;
    else for (let index = 0; index < what; index++) throughput.count('completed');
  }
  return rate;
}

describe('Throughput', () => {
  it('counts how calls end', () => {
    const throughput = new Throughput();
    const none = throughput.state(0);
    for (const outcome of ['completed', 'completed', 'completed', 'failed', 'failed', 'cancelled'])
      throughput.count(outcome as 'completed');

    expect(none).toEqual({ completed: 0, failed: 0, cancelled: 0, completedPerMinute: undefined });
    expect(throughput.state(1)).toMatchObject({ completed: 3, failed: 2, cancelled: 1 });
  });

  it('does not change what it gave before', () => {
    const throughput = new Throughput();
    const before = throughput.state(0);
    throughput.count('completed');

    expect(before.completed).toBe(0);
  });

  it.each<[string, Steps, number | undefined]>([
    ['nothing at the first look', [[0, 'look']], undefined],
    ['nothing at the first look, however much was before', [[0, 9], [5_000, 'look']], undefined], // prettier-ignore
    ['nothing before a second is over', [[0, 'look'], [10, 9], [999, 'look']], undefined], // prettier-ignore
    [
      'a rate when one is',
      [
        [0, 'look'],
        [10, 9],
        [1_000, 'look'],
      ],
      540,
    ],
    ['only what came since the first look', [[0, 9], [0, 'look'], [10, 1], [2_000, 'look']], 30], // prettier-ignore
    [
      'no answers as none',
      [
        [0, 'look'],
        [2_000, 'look'],
      ],
      0,
    ],
    ['the whole time until a minute is over', [[0, 'look'], [1, 10], [30_000, 'look'], [60_000, 'look']], 10], // prettier-ignore
    ['only the last minute then', [[0, 'look'], [1, 10], [5_000, 'look'], [60_000, 6], [65_000, 'look']], 6], // prettier-ignore
    ['looks in between as if there were none', [[0, 'look'], [1, 4], [1_000, 'look'], [1_500, 'look'], [2_000, 4], [4_000, 'look']], 120], // prettier-ignore
  ])('tells %s', (_what, steps, rate) => {
    expect(rateAfter(steps)).toBe(rate);
  });

  it('is never more than a second off the minute while somebody looks often', () => {
    const throughput = new Throughput();
    const rates: number[] = [];
    // One answer each 100 ms for two minutes, then none.
    for (let at = 0; at <= 240_000; at += 100) {
      if (at <= 120_000) throughput.count('completed');
      const { completedPerMinute } = throughput.state(at);
      if (at > 2_000 && at <= 120_000) expect(completedPerMinute).toBeCloseTo(600, 0);
      if (at >= 181_000) expect(completedPerMinute).toBe(0);
      rates.push(completedPerMinute ?? 0);
    }
    for (let index = 1_202; index < 1_800; index++)
      expect(rates[index]).toBeLessThanOrEqual(rates[index - 1]! + 20);
  });

  // It had been the mean since the look before the pause, for a whole minute: 1 a minute, of 60 in a second.
  it('shows at most the last minute, though nobody looked for an hour', () => {
    const throughput = new Throughput();
    throughput.state(0);
    throughput.state(3_600_000);
    for (let index = 0; index < 60; index++) throughput.count('completed');

    expect(throughput.state(3_602_000).completedPerMinute).toBeGreaterThanOrEqual(60);
  });

  it('keeps a minute of looks at most, a second apart', () => {
    const throughput = new Throughput();
    for (let at = 0; at < 300_000; at += 50) throughput.state(at);
    const looks = Reflect.get(throughput, 'looks') as unknown[];

    expect(looks.length).toBeLessThanOrEqual(62);
  });
});
