import type { ChartData } from './chart-data.js';
import type { Line } from './chart-options.js';
import { el, setText } from './dom.js';
import { shownTime } from './format.js';
import { Rows } from './rows.js';
import { scrollable } from './scrollable.js';

/** As many points as somebody would read, the newest first. */
const MOST_ROWS = 120;

/** The numbers of a chart, exactly as they came, for those who open it. */
export class ChartTable {
  readonly element: HTMLDetailsElement;
  private readonly rows: Rows;
  private data: ChartData | undefined;

  constructor(title: string, lines: readonly Line[]) {
    const body = el('tbody');
    this.rows = new Rows(body, () => el('tr', {}, ...['', ...lines].map(() => el('td'))));
    const columns = ['time', ...lines.map(({ label }) => label)];
    const table = el(
      'table',
      { class: 'numbers' },
      el('caption', { class: 'visually-hidden' }, `${title}, the newest first`),
      el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
      body,
    );
    const summary = el('summary', { 'aria-label': `Data of ${title}` }, 'Data');
    this.element = el('details', {}, summary, scrollable(`Data of ${title}`, table));
    this.element.addEventListener('toggle', () => this.draw());
  }

  show(data: ChartData): void {
    this.data = data;
    this.draw();
  }

  private draw(): void {
    const { data } = this;
    if (!data || !this.element.open) return;
    const newest = data.at.length - 1;
    this.rows.draw(Math.min(MOST_ROWS, data.at.length), (row, at) => {
      setCells(row, data, newest - at);
    });
  }
}

function setCells(row: Element, { at, values }: ChartData, index: number): void {
  const numbers = values.map((line) => String(line[index] ?? ''));
  [shownTime(at[index] ?? 0), ...numbers].forEach((text, column) => {
    const cell = row.children[column];
    if (cell) setText(cell, text);
  });
}
