import uPlot from 'uplot';
import { colourOf } from './colours.js';
import { shownShort, shownTimeLeft } from './format.js';

/** One line of a chart. */
export interface Line {
  readonly label: string;
  /** A colour of the style sheet; with `-fill` behind it, what is below the line. */
  readonly colour: string;
  readonly kind: 'area' | 'line' | 'limit';
  /** Its values in words. */
  readonly shown: (value: number | null) => string;
}

/** What a chart asks while it is drawn. */
export interface ChartQuestions {
  readonly span: () => readonly [number, number];
  /** Somebody points at an instant, or no longer does. */
  readonly pointAt: (index: number | null) => void;
}

const HEIGHT = 124;
const FONT = '11px -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
const DASH = [5, 4];
/** What the axis of time is divided by, in ms: the first of which no more than `MOST_PARTS` are needed. */
const STEPS_MS = [15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
const MOST_PARTS = 6;
/** What is so near to the edge is on it, in parts. */
const NEARLY = 0.03;

/** How a chart looks: quiet axes, steps rather than slopes as values hold until they change. */
export function chartOptions(
  lines: readonly Line[],
  width: number,
  { span, pointAt }: ChartQuestions,
): uPlot.Options {
  return {
    width,
    height: HEIGHT,
    padding: [6, 10, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 7 },
      sync: { key: 'time' },
    },
    scales: {
      x: { time: false, range: () => [...span()] },
      y: { range: (_, __, max) => [0, topOf(max)] },
    },
    axes: [timeAxis(), valueAxis()],
    series: [{}, ...lines.map(series)],
    hooks: { setCursor: [({ cursor }) => pointAt(cursor.idx ?? null)] },
  };
}

/** A little above the highest, at a round number, so that it moves seldom. */
export function topOf(max: number | null): number {
  if (!max || max <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(max)) / 4;
  return Math.ceil((max * 1.04) / step) * step;
}

function series({ colour, kind }: Line): uPlot.Series {
  const fill = kind === 'area' ? { fill: () => colourOf(`${colour}-fill`) } : {};
  const dash = kind === 'limit' ? { dash: DASH } : {};
  return {
    ...fill,
    ...dash,
    stroke: () => colourOf(colour),
    width: kind === 'limit' ? 1.25 : 1.75,
    points: { show: false },
    ...stepped(),
  };
}

function stepped(): Pick<uPlot.Series, 'paths'> {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths ? { paths } : {};
}

function timeAxis(): uPlot.Axis {
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

function valueAxis(): uPlot.Axis {
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
