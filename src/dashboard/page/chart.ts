import uPlot from 'uplot';
import { chartOptions, type Line } from './chart-options.js';
import type { ChartData } from './chart-data.js';
import { ChartTable } from './chart-table.js';
import { ChartLegend } from './chart-legend.js';
import { el, setAttribute } from './dom.js';
import type { Frames } from './frames.js';
import { unwatchOnScreen, watchOnScreen } from './on-screen.js';
import { unwatchWidth, watchWidth } from './width.js';
import { onThemeChange } from './theme.js';

const NOTHING: ChartData = { at: [], values: [], span: [0, 1] };

/**
 * Lines over time, as a picture with a summary in words, and as a table for those who ask for the numbers.
 *
 * It is drawn while it can be seen, in a frame that has room for it.
 */
export class Chart {
  readonly element: HTMLElement;
  private readonly host = el('div', { class: 'chart-host', role: 'img' });
  private readonly legend: ChartLegend;
  private readonly table: ChartTable;
  private plot: uPlot | undefined;
  private data = NOTHING;
  private isOnScreen = false;
  private width = 0;
  private readonly forgetTheme: () => void;

  constructor(
    readonly title: string,
    private readonly lines: readonly Line[],
    private readonly frames: Frames,
  ) {
    this.legend = new ChartLegend(lines);
    this.table = new ChartTable(title, lines);
    const foot = el('div', { class: 'chart-foot' }, this.legend.element, this.table.element);
    this.element = el('figure', { class: 'chart' }, this.host, foot);
    watchOnScreen(this.host, (isOnScreen) => {
      this.isOnScreen = isOnScreen;
      this.ask();
    });
    watchWidth(this.host, (width) => {
      this.width = width;
      this.ask();
    });
    this.forgetTheme = onThemeChange(() => this.ask());
  }

  /** Draws this from now on. */
  show(data: ChartData): void {
    this.data = data;
    setAttribute(this.host, 'aria-label', `${this.title}: ${this.legend.show(data)}`);
    this.table.show(data);
    this.ask();
  }

  /** Draws nothing any more. */
  remove(): void {
    this.forgetTheme();
    unwatchOnScreen(this.host);
    unwatchWidth(this.host);
    this.frames.cancel(this);
    this.plot?.destroy();
  }

  private ask(): void {
    if (this.isOnScreen && this.width > 0) this.frames.request(this, () => this.draw());
  }

  private draw(): void {
    const plot = (this.plot ??= this.made());
    if (plot.width !== this.width) plot.setSize({ width: this.width, height: plot.height });
    plot.batch(() => plot.setData(this.columns()));
  }

  private made(): uPlot {
    const options = chartOptions(this.lines, this.width, {
      span: () => this.data.span,
      pointAt: (index) => this.legend.point(index),
    });
    return new uPlot(options, this.columns(), this.host);
  }

  private columns(): uPlot.AlignedData {
    return [this.data.at, ...this.data.values] as uPlot.AlignedData;
  }
}
