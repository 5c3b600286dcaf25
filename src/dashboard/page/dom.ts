/** What can be put into an element: texts stay texts, whatever they hold. */
export type Child = Node | string;

/** Makes an element. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Shows a text, and touches the document only where it is another one. */
export function setText(element: Element, text: string): void {
  const first = element.firstChild;
  if (!(first instanceof Text)) element.textContent = text;
  else if (first.data !== text) first.data = text;
}

/** Sets an attribute where it is another one; null takes it away. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Shows or hides an element. */
export function setShown(element: HTMLElement, isShown: boolean): void {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/** Shows a number in words of its own; what it is exactly is its value. */
export function setNumber(element: HTMLDataElement, value: number | null, text: string): void {
  setText(element, text);
  setAttribute(element, 'value', value === null ? '' : String(value));
}

let ids = 0;

/** An id that nothing else on the page has. */
export function newId(): string {
  ids += 1;
  return `id-${ids}`;
}
