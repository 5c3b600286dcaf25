import { el, setAttribute } from './dom.js';
import { shownTimeLeft } from './format.js';
import { Mark } from './mark.js';

/** Whether what is shown is what is; where it is not, how old it is, and all else is dimmed. */
export class ConnectionBadge {
  private readonly mark = new Mark();
  readonly element = el('div', { class: 'connection' }, this.mark.element);
  private lostAt: number | undefined;
  private heardAt: number | undefined;

  constructor() {
    this.mark.draw('connecting', 'connecting');
  }

  get isLost(): boolean {
    return this.lostAt !== undefined;
  }

  /** Something was heard, at `now`. */
  heard(now: number): void {
    this.heardAt = now;
    this.lostAt = undefined;
    this.mark.draw('live', 'live');
    setAttribute(document.documentElement, 'data-connection', 'live');
  }

  lost(now: number): void {
    this.lostAt ??= now;
    setAttribute(document.documentElement, 'data-connection', 'lost');
    this.draw(now);
  }

  /** Tells how old all is that is shown. */
  draw(now: number): void {
    if (!this.isLost) return;
    const age = this.heardAt === undefined ? '' : `, shown is ${ageWords(now - this.heardAt)} old`;
    this.mark.draw('lost', `reconnecting${age}`);
  }
}

function ageWords(ms: number): string {
  return shownTimeLeft(Math.floor(ms / 1000) * 1000).replace('.0', '');
}
