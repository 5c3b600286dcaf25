import type { Control, ServiceSample } from '../protocol.js';
import { el, setAttribute, setShown, setText } from './dom.js';
import { Mark } from './mark.js';
import { named, setName } from './name.js';
import { nextCall } from './words.js';

/** Asks for a change. Answers with why it was not made; undefined when it was. */
export type Send = (control: Control) => Promise<string | undefined>;

/** Which service it is, what it is doing, what its next call waits for, and what one can do about it. */
export class ServiceHead {
  readonly element: HTMLElement;
  readonly toggle: HTMLButtonElement;
  private readonly model = el('bdi', { class: 'model' });
  private readonly status = new Mark();
  private readonly gate = new Mark();
  private readonly next = el('span', { class: 'next-words' });
  private readonly nextLine = el('p', { class: 'next' });
  private readonly pause = el('button', { type: 'button', class: 'pause' });
  private readonly error = el('p', { class: 'error', role: 'alert' });
  private isPaused = false;

  constructor(
    private readonly name: string,
    headingId: string,
    private readonly send: Send,
  ) {
    this.toggle = el('button', { type: 'button', class: 'toggle', 'aria-expanded': 'true' });
    this.toggle.append(named(name));
    const heading = el('h2', { id: headingId }, this.toggle);
    const marks = el('div', { class: 'marks' }, this.status.element, this.gate.element);
    const top = el('div', { class: 'head-top' }, heading, this.model, marks, this.pause);
    this.nextLine.append(el('span', { class: 'next-label' }, 'Next call'), this.next);
    this.element = el('header', { class: 'service-head' }, top, this.nextLine, this.error);
    this.pause.addEventListener('click', () => void this.pauseOrResume());
  }

  draw(sample: ServiceSample, elapsedMs: number): void {
    const { model, status, gate, canPause } = sample;
    setName(this.model, model, '');
    this.status.draw(status, status);
    setShown(this.gate.element, gate !== null);
    if (gate) this.gate.draw(`gate-${gate.status}`, `gate ${gate.status}`);
    const { text, tone } = nextCall(sample, elapsedMs);
    setText(this.next, text);
    setAttribute(this.nextLine, 'data-tone', tone);
    this.isPaused = status === 'paused';
    setText(this.pause, this.isPaused ? 'Resume' : 'Pause');
    setAttribute(this.pause, 'aria-label', `${this.isPaused ? 'Resume' : 'Pause'} ${this.name}`);
    setShown(this.pause, canPause && status !== 'closing' && status !== 'closed');
  }

  /** Forgets what went wrong before. */
  begin(): void {
    setText(this.error, '');
  }

  private async pauseOrResume(): Promise<void> {
    const action = this.isPaused ? 'resume' : 'pause';
    setText(this.error, (await this.send({ service: this.name, action })) ?? '');
  }
}
