import uPlot from 'uplot';
import { timeAxis, valueAxis } from './chart-axes.js';
import { colourOf } from './colours.js';

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
const DASH = [5, 4];

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
