import type { QuotaSample } from '../protocol.js';
import { el, newId, setAttribute, setShown, setText } from './dom.js';

/** Asks for another limit. Answers with why it cannot be; undefined when it is so now. */
export type SetLimit = (quota: string, limit: number) => Promise<string | undefined>;

/** Changes a limit in place: opened by a button, sent by Enter, given up by Escape. */
export class LimitForm {
  readonly button = el('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false' });
  readonly element: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private readonly save = el('button', { type: 'submit' }, 'Set');
  private readonly error = el('p', { class: 'error', role: 'alert', id: newId() });
  private limit: number | null = null;
  private isOpen = false;
  private isSending = false;

  constructor(
    private readonly quota: QuotaSample,
    private readonly setLimit: SetLimit,
  ) {
    const id = newId();
    this.input = el('input', {
      ...{ id, type: 'number', step: 'any', min: '0', inputmode: 'decimal', autocomplete: 'off' },
      'aria-describedby': this.error.id,
    });
    this.button.append(
      'Change limit',
      el('span', { class: 'visually-hidden' }, ` of ${quota.name}`),
    );
    this.element = this.form(id);
    this.listen();
    this.open(false);
  }

  draw({ limit }: QuotaSample): void {
    this.limit = limit;
  }

  private form(id: string): HTMLFormElement {
    const cancel = el('button', { type: 'button', class: 'quiet' }, 'Cancel');
    cancel.addEventListener('click', () => this.open(false));
    const label = el('label', { for: id }, `New limit of ${this.quota.name}`);
    const row = el('div', { class: 'limit-row' }, this.input, this.save, cancel);
    return el('form', { class: 'limit-form', novalidate: '' }, label, row, this.error);
  }

  private listen(): void {
    this.button.addEventListener('click', () => this.open(!this.isOpen));
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.open(false);
    });
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  private open(isOpen: boolean): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.isOpen = isOpen;
    setShown(this.element, isOpen);
    setAttribute(this.button, 'aria-expanded', String(isOpen));
    this.complain('');
    if (isOpen) {
      this.input.value = this.limit === null ? '' : String(this.limit);
      this.input.select();
      this.input.focus();
    } else if (hadFocus) this.button.focus();
  }

  private async submit(): Promise<void> {
    if (this.isSending) return;
    const limit = this.input.valueAsNumber;
    if (Number.isNaN(limit)) {
      this.complain('Give a number.');
      return;
    }
    this.isSending = true;
    const refusal = await this.setLimit(this.quota.key, limit);
    this.isSending = false;
    if (refusal === undefined) this.open(false);
    else this.complain(refusal);
  }

  private complain(text: string): void {
    setText(this.error, text);
    setAttribute(this.input, 'aria-invalid', text ? 'true' : null);
    if (text) this.input.focus();
  }
}
