import type { Point } from '../protocol.js';
import { Chart } from './chart.js';
import type { ChartData } from './chart-data.js';
import type { Line } from './chart-options.js';
import { el } from './dom.js';
import { shownCount, shownRate } from './format.js';
import type { Frames } from './frames.js';
import { answeredPerMinute } from './history.js';

const CALLS: readonly Line[] = [
  { label: 'queued', colour: 'blue', kind: 'area', shown: shownCount },
  { label: 'in flight', colour: 'orange', kind: 'line', shown: shownCount },
];
const ANSWERED: readonly Line[] = [
  { label: 'completed', colour: 'blue', kind: 'area', shown: shownRate },
];

/** How the calls of a service went on over time. */
export class ServiceCharts {
  readonly calls: HTMLElement;
  readonly answered: HTMLElement;
  private readonly callsChart: Chart;
  private readonly answeredChart: Chart;

  constructor(frames: Frames) {
    this.callsChart = new Chart('Calls queued and in flight', CALLS, frames);
    this.answeredChart = new Chart('Completed per minute', ANSWERED, frames);
    this.calls = panel(this.callsChart);
    this.answered = panel(this.answeredChart);
  }

  draw(points: readonly Point[], shared: Pick<ChartData, 'at' | 'span'>): void {
    const queued = points.map((point) => point.queued);
    const inFlight = points.map((point) => point.inFlight);
    this.callsChart.show({ ...shared, values: [queued, inFlight] });
    this.answeredChart.show({ ...shared, values: [answeredPerMinute(points)] });
  }

  remove(): void {
    this.callsChart.remove();
    this.answeredChart.remove();
  }
}

function panel(chart: Chart): HTMLElement {
  const header = el('header', {}, el('h3', {}, chart.title));
  return el('div', { class: 'cell graph' }, header, chart.element);
}
