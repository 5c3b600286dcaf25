import { el, setAttribute, setText } from './dom.js';

/** A word with a sign before it, whose shape tells as much as its colour. */
export class Mark {
  private readonly sign = el('span', { class: 'sign', 'aria-hidden': 'true' });
  private readonly text = el('span');
  readonly element = el('span', { class: 'mark' }, this.sign, this.text);

  /** `kind` is one of those in the style sheet. */
  draw(kind: string, text: string): void {
    setAttribute(this.element, 'data-kind', kind);
    setText(this.text, text);
  }
}
