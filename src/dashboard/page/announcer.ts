import { el } from './dom.js';

/** So that changes which come together are told together, in ms. */
const TOGETHER_MS = 400;

/** Tells those who listen to the page, rather than look at it, what has changed. */
export class Announcer {
  readonly element = el('div', { class: 'visually-hidden', role: 'status' });
  private readonly waiting: string[] = [];

  say(text: string): void {
    if (this.waiting.push(text) > 1) return;
    setTimeout(() => {
      this.element.textContent = this.waiting.splice(0).join('. ');
    }, TOGETHER_MS);
  }
}
