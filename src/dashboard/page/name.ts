import { el, setText } from './dom.js';

/** What fits wherever names are shown; what is longer may be cut off, and is whole in its tooltip. */
const FITS = 12;

/** An element for a name that stays as it is. */
export function named(name: string): HTMLElement {
  const element = el('bdi');
  setName(element, name, '');
  return element;
}

/** Shows a name that somebody else gave, which may be long or missing. */
export function setName(element: Element | undefined, name: string | null, none: string): void {
  if (!(element instanceof HTMLElement)) return;
  setText(element, name ?? none);
  setCut(element, name ?? '', FITS);
  setClass(element, 'muted', name === null);
}

/** Lets what is longer than what fits be cut off. */
export function setCut(element: HTMLElement, text: string, fits: number): void {
  const isLong = text.length > fits;
  const title = isLong ? text : '';
  if (element.title !== title) element.title = title;
  setClass(element, 'long', isLong);
}

function setClass({ classList }: Element, name: string, isSet: boolean): void {
  if (classList.contains(name) !== isSet) classList.toggle(name);
}
