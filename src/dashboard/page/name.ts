import { setText } from './dom.js';

/** Shows a name that somebody else gave, which may be long or missing; all of it is in the tooltip. */
export function setName(element: Element | undefined, name: string | null, none: string): void {
  if (!(element instanceof HTMLElement)) return;
  setText(element, name ?? none);
  if (element.title !== (name ?? '')) element.title = name ?? '';
  if (element.classList.contains('muted') !== (name === null)) element.classList.toggle('muted');
}
