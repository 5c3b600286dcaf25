import { type Child, el } from './dom.js';

/** What scrolls in itself, so that nothing around it moves; also by keyboard. */
export function scrollable(label: string, ...children: readonly Child[]): HTMLElement {
  const attributes = { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': label };
  return el('div', attributes, ...children);
}
