import { el, setAttribute } from './dom.js';

/** One part of a bar: a share of the whole, 0 to 1. */
export type Shares = Readonly<Record<string, number>>;

/** What a bar says to those who do not see it. */
export interface MeterValue {
  readonly now: number;
  readonly max: number;
  readonly text: string;
}

/** A bar that fills from the left, in parts that are told apart by more than their colour. */
export class Meter {
  readonly element: HTMLElement;
  private readonly parts: ReadonlyMap<string, HTMLElement>;

  constructor(label: string, parts: readonly string[]) {
    const made = parts.map((part) => [part, el('span', { class: `part part-${part}` })] as const);
    this.parts = new Map(made);
    const attributes = { class: 'meter', role: 'meter', 'aria-label': label, 'aria-valuemin': '0' };
    this.element = el('div', attributes, ...this.parts.values());
  }

  draw({ now, max, text }: MeterValue, shares: Shares): void {
    setAttribute(this.element, 'aria-valuenow', String(now));
    setAttribute(this.element, 'aria-valuemax', String(max));
    setAttribute(this.element, 'aria-valuetext', text);
    let left = 1;
    for (const [part, element] of this.parts) {
      const share = Math.min(left, Math.max(0, shares[part] ?? 0));
      left -= share;
      setWidth(element, share);
    }
  }
}

function setWidth({ style }: HTMLElement, share: number): void {
  const width = `${Math.round(share * 1e4) / 100}%`;
  if (style.width !== width) style.width = width;
}
