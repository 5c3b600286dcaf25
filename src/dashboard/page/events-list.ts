import type { EventSample, ServiceSample } from '../protocol.js';
import { el, setAttribute, setShown, setText } from './dom.js';
import { eventDetails } from './event-words.js';
import { shownCount, shownTime } from './format.js';
import { Mark } from './mark.js';
import { setCut, setName } from './name.js';
import { Rows } from './rows.js';
import { scrollable } from './scrollable.js';

const MOST_ROWS = 20;
/** Where all is new each time nobody can read it: then it is shown anew only so often, in ms. */
const FLOOD_MS = 1_000;
/** How many characters of details fit wherever they are shown. */
const DETAILS_FIT = 34;

interface Row {
  readonly time: HTMLElement;
  readonly mark: Mark;
  readonly label: HTMLElement;
  readonly tenant: HTMLElement;
  readonly details: HTMLElement;
}

/** The latest events, the newest first; they can be held to be read. */
export class EventsList {
  readonly element: HTMLElement;
  private readonly made = new WeakMap<Element, Row>();
  private readonly list = el('ol', { class: 'events', 'aria-label': 'Latest events' });
  private readonly rows = new Rows(this.list, () => this.row());
  private readonly empty = el('p', { class: 'empty' }, 'Nothing has happened yet.');
  private readonly leftOut = el('span', { class: 'muted' });
  private readonly hold = el('button', { type: 'button', class: 'quiet' }, 'Hold');
  private latest: EventSample[] = [];
  private countLeftOut = 0;
  private countNew = 0;
  private drawnAt = -Infinity;

  constructor() {
    setAttribute(this.hold, 'aria-pressed', 'false');
    this.hold.addEventListener('click', () => {
      setAttribute(this.hold, 'aria-pressed', String(!this.isHeld));
      this.draw();
    });
    const title = el('h3', {}, 'Latest events');
    const header = el('header', {}, title, this.leftOut, this.hold);
    const inside = scrollable('Latest events', this.list, this.empty);
    this.element = el('div', { class: 'cell happenings' }, header, inside);
  }

  /** Forgets all. */
  clear(): void {
    this.latest = [];
    this.countLeftOut = 0;
  }

  /** Takes in what has happened since; `draw` shows it. */
  take({ events, eventsLeftOut }: ServiceSample): void {
    this.countLeftOut += eventsLeftOut;
    const last = this.latest[0]?.number ?? -Infinity;
    const newer = events.filter(({ number }) => number > last).reverse();
    this.countNew += newer.length;
    if (newer.length > 0) this.latest = [...newer, ...this.latest].slice(0, MOST_ROWS);
  }

  draw(): void {
    if (this.isHeld || this.isFlood) return;
    this.countNew = 0;
    this.drawnAt = performance.now();
    this.rows.draw(this.latest.length, (element, at) => {
      const [row, event] = [this.made.get(element), this.latest[at]];
      if (row && event) drawRow(row, event);
    });
    setShown(this.empty, this.latest.length === 0);
    const { countLeftOut } = this;
    setText(this.leftOut, countLeftOut > 0 ? `+${shownCount(countLeftOut)} not shown` : '');
  }

  private get isFlood(): boolean {
    return this.countNew >= MOST_ROWS && performance.now() - this.drawnAt < FLOOD_MS;
  }

  private get isHeld(): boolean {
    return this.hold.getAttribute('aria-pressed') === 'true';
  }

  private row(): HTMLElement {
    const time = el('span', { class: 'event-time' });
    const mark = new Mark();
    const label = el('bdi', { class: 'event-label' });
    const tenant = el('bdi', { class: 'event-tenant' });
    const details = el('span', { class: 'event-details' });
    const element = el('li', {}, time, ' ', mark.element, ' ', label, ' ', tenant, ' ', details);
    this.made.set(element, { time, mark, label, tenant, details });
    return element;
  }
}

function drawRow({ time, mark, label, tenant, details }: Row, event: EventSample): void {
  setText(time, shownTime(event.at));
  mark.draw(event.type, event.type);
  setName(label, event.label, event.callId === null ? 'service' : `call ${event.callId}`);
  setName(tenant, event.tenant, '');
  const words = eventDetails(event);
  setText(details, words);
  setCut(details, words, DETAILS_FIT);
}
