import type { QuotaSample } from '../protocol.js';
import { el, setAttribute, setNumber } from './dom.js';
import { shownAmount, shownShare } from './format.js';
import { Meter, type Shares } from './meter.js';

const PARTS = ['settled', 'reserved', 'others'] as const;
const LABELS = { settled: 'settled', reserved: 'reserved', others: 'by others' } as const;

/** How full a quota is, by whom: what is settled, what calls in flight have reserved, what others took. */
export class QuotaBar {
  readonly element: HTMLElement;
  readonly legend: HTMLElement;
  private readonly meter: Meter;
  private readonly values = PARTS.map(() => el('data'));

  constructor({ name }: QuotaSample) {
    this.meter = new Meter(name, PARTS);
    this.element = this.meter.element;
    const items = PARTS.map((part, at) =>
      el('li', {}, swatchOf(part), LABELS[part], ' ', this.values[at] ?? ''),
    );
    this.legend = el('ul', { class: 'parts' }, ...items);
  }

  draw(quota: QuotaSample): void {
    const { unit, limit, used } = quota;
    const amounts = amountsOf(quota);
    const max = Math.max(limit ?? 0, used);
    this.meter.draw({ now: used, max, text: quotaInWords(quota) }, sharesOf(quota));
    setAttribute(this.element, 'data-level', levelOf(quota));
    PARTS.forEach((part, at) => {
      const element = this.values[at];
      if (element) setNumber(element, amounts[part], shownAmount(unit, amounts[part]));
    });
  }
}

function swatchOf(part: (typeof PARTS)[number]): HTMLElement {
  return el('span', { class: `swatch part-${part}` });
}

/** What each part of the bar is of its whole. */
export function sharesOf(quota: QuotaSample): Shares {
  const { limit } = quota;
  const whole = limit === null ? Infinity : limit > 0 ? limit : 1;
  return Object.fromEntries(
    Object.entries(amountsOf(quota)).map(([part, amount]) => [part, amount / whole]),
  );
}

/** How much of a quota is taken, by all; null where there is no limit to compare with. */
export function takenOf({ limit, used, usedByOthers }: QuotaSample): number | null {
  return limit === null || limit <= 0 ? null : (used + usedByOthers) / limit;
}

/** The quota as a sentence. */
export function quotaInWords(quota: QuotaSample): string {
  const { unit, limit, used, reserved, usedByOthers, remaining } = quota;
  const shown = (value: number) => shownAmount(unit, value);
  if (limit === null) return `${shown(used)} used, limit not known yet`;
  const taken = takenOf(quota);
  const share = taken === null ? '' : ` (${shownShare(taken)} taken)`;
  const parts = `${shown(reserved)} of it reserved, ${shown(usedByOthers)} used by others`;
  return `${shown(used)} of ${shown(limit)} used${share}, ${parts}, ${shown(remaining)} left`;
}

function amountsOf({ used, reserved, usedByOthers }: QuotaSample) {
  return { settled: used - reserved, reserved, others: usedByOthers };
}

/** How full a quota is, for the style sheet. */
export function levelOf(quota: QuotaSample): string {
  const taken = takenOf(quota);
  if (taken === null) return 'unknown';
  return taken > 1 ? 'over' : 'normal';
}
