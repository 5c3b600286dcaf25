import type { Amounts, ServiceSample, SpentSample } from '../protocol.js';
import { orderedUnits } from './amounts.js';
import { el, setNumber, setShown, setText } from './dom.js';
import { shownAmount, shownCount, shownUnit } from './format.js';
import { setName } from './name.js';
import { Rows } from './rows.js';
import { scrollable } from './scrollable.js';

/** What calls have taken, by label, and in all. */
export class SpentTable {
  readonly element: HTMLElement;
  private readonly head = el('tr');
  private readonly body = el('tbody');
  private readonly foot = el('tr');
  private readonly empty = el('p', { class: 'empty' }, 'Nothing has been spent yet.');
  private readonly table: HTMLElement;
  private readonly more = el('span', { class: 'muted' });
  private rows = new Rows(this.body, () => this.row());
  private units: readonly string[] = [];

  constructor() {
    this.table = el(
      'table',
      { class: 'numbers spent' },
      el('caption', { class: 'visually-hidden' }, 'Spent by label'),
      el('thead', {}, this.head),
      this.body,
      el('tfoot', {}, this.foot),
    );
    const header = el('header', {}, el('h3', {}, 'Spent by label'), this.more);
    const inside = scrollable('Spent by label', this.table, this.empty);
    this.element = el('div', { class: 'cell list' }, header, inside);
  }

  draw({ spent, spentBy, labelsLeftOut }: ServiceSample): void {
    // How many calls there were is in a column of its own.
    this.setUnits(orderedUnits(spent).filter((unit) => unit !== 'requests'));
    this.rows.draw(spentBy.length, (row, at) => {
      const by = spentBy[at];
      if (by) this.drawRow(row, by);
    });
    this.drawAmounts(this.foot, spent);
    const isEmpty = spentBy.length === 0;
    setShown(this.foot, !isEmpty);
    setShown(this.empty, isEmpty);
    setText(this.more, labelsLeftOut > 0 ? `+${shownCount(labelsLeftOut)} labels not shown` : '');
  }

  /** Other units are other columns: seldom, so all is made anew. */
  private setUnits(units: readonly string[]): void {
    if (this.head.childElementCount > 0 && units.join('\n') === this.units.join('\n')) return;
    this.units = units;
    const names = ['label', 'calls', ...units.map(shownUnit)];
    this.table.style.setProperty('--columns', String(names.length));
    this.head.replaceChildren(...names.map((name) => el('th', { scope: 'col' }, name)));
    this.body.replaceChildren();
    this.rows = new Rows(this.body, () => this.row());
    const all = el('th', { scope: 'row' }, 'all');
    this.foot.replaceChildren(all, el('td'), ...this.amountCells());
  }

  private row(): HTMLElement {
    const name = el('th', { scope: 'row', class: 'name' });
    return el('tr', {}, name, el('td', {}, el('data')), ...this.amountCells());
  }

  private amountCells(): HTMLElement[] {
    return this.units.map(() => el('td', {}, el('data')));
  }

  private drawRow(row: Element, { label, calls, spent }: SpentSample): void {
    setName(row.children[0], label, 'no label');
    setCell(row.children[1], calls, shownCount(calls));
    this.drawAmounts(row, spent);
  }

  private drawAmounts(row: Element, amounts: Amounts): void {
    this.units.forEach((unit, at) => {
      const value = amounts[unit] ?? null;
      setCell(row.children[at + 2], value, shownAmount(unit, value));
    });
  }
}

function setCell(cell: Element | undefined, value: number | null, text: string): void {
  const data = cell?.firstElementChild;
  if (data instanceof HTMLDataElement) setNumber(data, value, text);
}
