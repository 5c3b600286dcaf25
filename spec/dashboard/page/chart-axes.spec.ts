import type uPlot from 'uplot';
import { timeAxis } from '../../../src/dashboard/page/chart-axes.js';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

function labelsOf(spanMs: number): unknown {
  const { splits, values } = timeAxis() as Required<Pick<uPlot.Axis, 'splits' | 'values'>>;
  if (typeof splits !== 'function' || typeof values !== 'function') throw new TypeError();
  const plot = { scales: { x: { max: NOW } } } as unknown as uPlot;
  return values(plot, splits(plot, 0, NOW - spanMs, NOW, 0, 0), 0, 0, 0);
}

describe('timeAxis', () => {
  it.each([
    [60_000, ['−1 min', '−45 s', '−30 s', '−15 s', 'now']],
    [HOUR / 6, ['−10 min', '−8 min', '−6 min', '−4 min', '−2 min', 'now']],
    [HOUR, ['−1 h', '−50 min', '−40 min', '−30 min', '−20 min', '−10 min', 'now']],
    [12 * HOUR, ['−12 h', '−10 h', '−8 h', '−6 h', '−4 h', '−2 h', 'now']],
    [24 * HOUR, ['−1 d', '−20 h', '−16 h', '−12 h', '−8 h', '−4 h', 'now']],
  ])('counts %s ms back from now, in six parts at most', (spanMs, labels) => {
    expect(labelsOf(spanMs)).toEqual(labels);
  });
});
