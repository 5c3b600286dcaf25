import type { Quantiles, ServiceSample } from '../protocol.js';
import { el, setNumber, setText } from './dom.js';
import { shownCount, shownDuration } from './format.js';

const ROWS = { waitMs: 'waiting', runMs: 'running' } as const;
const COLUMNS = { p50: 'p50', p95: 'p95', max: 'max' } as const;

type RowName = keyof typeof ROWS;
type Column = keyof typeof COLUMNS;

/** How long the latest calls have waited and run. */
export class LatencyTable {
  readonly element: HTMLElement;
  private readonly cells = new Map<string, HTMLDataElement>();
  private readonly bars = new Map<string, HTMLElement>();
  private readonly calls = el('span', { class: 'muted' });

  constructor() {
    const names = Object.keys(ROWS) as RowName[];
    const head = ['', ...Object.values(COLUMNS)].map((name) =>
      name ? el('th', { scope: 'col' }, name) : el('td'),
    );
    const table = el(
      'table',
      { class: 'numbers latency' },
      el('caption', { class: 'visually-hidden' }, 'How long the latest calls took'),
      el('thead', {}, el('tr', {}, ...head)),
      el('tbody', {}, ...names.flatMap((name) => this.row(name))),
    );
    const header = el('header', {}, el('h3', {}, 'Latency'), this.calls);
    this.element = el('div', { class: 'cell latencies' }, header, table);
  }

  draw({ waitMs, runMs }: ServiceSample): void {
    const most = Math.max(waitMs?.max ?? 0, runMs?.max ?? 0, 1);
    this.drawRow('waitMs', waitMs, most);
    this.drawRow('runMs', runMs, most);
    const calls = runMs?.calls ?? waitMs?.calls ?? 0;
    setText(this.calls, calls > 0 ? `latest ${shownCount(calls)} calls` : 'no calls yet');
  }

  private row(name: RowName): readonly HTMLElement[] {
    const cells = (Object.keys(COLUMNS) as Column[]).map((column) => {
      const data = el('data');
      const bar = el('span', { class: `range range-${name}`, 'aria-hidden': 'true' });
      this.cells.set(`${name} ${column}`, data);
      this.bars.set(`${name} ${column}`, bar);
      return el('td', {}, data, bar);
    });
    return [el('tr', {}, el('th', { scope: 'row' }, ROWS[name]), ...cells)];
  }

  private drawRow(name: RowName, quantiles: Quantiles | null, most: number): void {
    for (const column of Object.keys(COLUMNS) as Column[]) {
      const value = quantiles?.[column] ?? null;
      const data = this.cells.get(`${name} ${column}`);
      const bar = this.bars.get(`${name} ${column}`);
      if (data) setNumber(data, value, shownDuration(value));
      const width = `${Math.round(((value ?? 0) / most) * 1000) / 10}%`;
      if (bar && bar.style.width !== width) bar.style.width = width;
    }
  }
}
