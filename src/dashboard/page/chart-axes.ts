import type uPlot from 'uplot';
import { colourOf } from './colours.js';
import { shownShort, shownTimeLeft } from './format.js';

const FONT = '11px -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
/** What the axis of time is divided by, in ms: the first of which no more than `MOST_PARTS` are needed. */
const STEPS_MS = [
  ...[15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000],
  ...[3_600_000, 7_200_000, 14_400_000],
];
const MOST_PARTS = 6;
/** What is so near to the edge is on it, in parts. */
const NEARLY = 0.03;

/** How long ago: quiet, and still while time goes on. */
export function timeAxis(): uPlot.Axis {
  return {
    ...quiet(),
    size: 22,
    splits: (_, __, min, max) => instantsOf(min, max),
    values: ({ scales }, splits) => splits.map((at) => shownAgo((scales['x']?.max ?? at) - at)),
  };
}

/** Counted from now, so that the lines stand still while time goes on. */
function instantsOf(min: number, max: number): number[] {
  const [longest = 0] = STEPS_MS.slice(-1);
  const step = STEPS_MS.find((ms) => (max - min) / ms <= MOST_PARTS + NEARLY) ?? longest;
  const count = Math.floor((max - min) / step + NEARLY) + 1;
  return Array.from({ length: count }, (_, at) => max - step * at).reverse();
}

function shownAgo(ms: number): string {
  return ms < 500 ? 'now' : `−${shownTimeLeft(Math.round(ms / 1000) * 1000).replace('.0', '')}`;
}

/** How much, in short. */
export function valueAxis(): uPlot.Axis {
  return { ...quiet(), size: 46, space: 34, values: (_, splits) => splits.map(shownShort) };
}

function quiet(): uPlot.Axis {
  return {
    font: FONT,
    gap: 6,
    stroke: () => colourOf('faint'),
    grid: { stroke: () => colourOf('grid'), width: 1 },
    ticks: { show: false },
  };
}
