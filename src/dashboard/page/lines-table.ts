import type { LineSample, ServiceSample } from '../protocol.js';
import { el, setNumber, setShown, setText } from './dom.js';
import { shownCount } from './format.js';
import { setName } from './name.js';
import { Rows } from './rows.js';
import { scrollable } from './scrollable.js';

interface Row {
  readonly cells: readonly HTMLElement[];
  readonly counts: readonly HTMLDataElement[];
  readonly bars: readonly HTMLElement[];
}

/** Who waits and who is served: calls by priority and tenant. */
export class LinesTable {
  readonly element: HTMLElement;
  private readonly made = new WeakMap<Element, Row>();
  private readonly rows: Rows;
  private readonly empty = el('p', { class: 'empty' }, 'No call is queued or running.');
  private readonly more = el('span', { class: 'muted' });

  constructor() {
    const body = el('tbody');
    this.rows = new Rows(body, () => this.row());
    const columns = ['priority', 'tenant', 'queued', 'in flight'];
    const table = el(
      'table',
      { class: 'numbers lines' },
      el('caption', { class: 'visually-hidden' }, 'Calls by priority and tenant'),
      el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
      body,
    );
    const header = el('header', {}, el('h3', {}, 'Calls by priority and tenant'), this.more);
    const inside = scrollable('Calls by priority and tenant', table, this.empty);
    this.element = el('div', { class: 'cell list' }, header, inside);
  }

  draw({ lines, linesLeftOut }: ServiceSample): void {
    const most = [
      Math.max(1, ...lines.map(({ queued }) => queued)),
      Math.max(1, ...lines.map(({ inFlight }) => inFlight)),
    ];
    this.rows.draw(lines.length, (element, at) => {
      const [row, line] = [this.made.get(element), lines[at]];
      if (row && line) drawRow(row, line, most);
    });
    setShown(this.empty, lines.length === 0);
    setText(this.more, linesLeftOut > 0 ? `+${shownCount(linesLeftOut)} not shown` : '');
  }

  private row(): HTMLElement {
    const cells = [el('td', { class: 'number' }), el('td', { class: 'name' })];
    const counts = [el('data'), el('data')];
    const bars = ['queued', 'running'].map((kind) => el('span', { class: `bar bar-${kind}` }));
    const counted = counts.map((count, at) =>
      el('td', { class: 'counted' }, count, bars[at] ?? ''),
    );
    const element = el('tr', {}, ...cells, ...counted);
    this.made.set(element, { cells, counts, bars });
    return element;
  }
}

function drawRow({ cells, counts, bars }: Row, line: LineSample, most: readonly number[]): void {
  const [priority, tenant] = cells;
  if (priority) setText(priority, shownCount(line.priority));
  if (tenant) setName(tenant, line.tenant, 'no tenant');
  [line.queued, line.inFlight].forEach((value, at) => {
    const [count, bar] = [counts[at], bars[at]];
    if (count) setNumber(count, value, shownCount(value));
    const width = `${Math.round((value / (most[at] ?? 1)) * 1000) / 10}%`;
    if (bar && bar.style.width !== width) bar.style.width = width;
  });
}
