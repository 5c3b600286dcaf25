import { type Child, el } from './dom.js';

/** A column of a table that becomes a list of cards on a narrow screen. */
export interface CellSpec {
  readonly label: string;
  readonly role?: 'rowheader';
  readonly isNumber?: boolean;
}

/** The table: its roles are spelled out, as cards are no longer laid out as a table. */
export function tableOf(
  caption: string,
  columns: readonly CellSpec[],
  ...bodies: readonly HTMLElement[]
): HTMLElement {
  const heads = columns.map(({ label, isNumber }) =>
    el('th', { scope: 'col', role: 'columnheader', class: isNumber ? 'number' : '' }, label),
  );
  return el(
    'table',
    { class: 'cards', role: 'table' },
    el('caption', { class: 'visually-hidden' }, caption),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads)),
    ...bodies,
  );
}

/** One row of it. */
export function cells(columns: readonly CellSpec[], contents: readonly Child[]): HTMLElement {
  const made = columns.map(({ label, role, isNumber }, at) => {
    const attributes = { 'data-label': label, class: isNumber ? 'number' : '' };
    const content = contents[at] ?? '';
    return role
      ? el('th', { ...attributes, role, scope: 'row' }, content)
      : el('td', { ...attributes, role: 'cell' }, content);
  });
  return el('tr', { role: 'row' }, ...made);
}
