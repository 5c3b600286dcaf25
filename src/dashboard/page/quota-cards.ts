import type { Point, QuotaSample } from '../protocol.js';
import type { ChartData } from './chart-data.js';
import { el } from './dom.js';
import type { Frames } from './frames.js';
import type { SetLimit } from './limit-form.js';
import { QuotaCard } from './quota-card.js';

/** The quotas of a service. */
export class QuotaCards {
  readonly element = el('div', { class: 'quotas' });
  private readonly cards = new Map<string, QuotaCard>();

  constructor(
    private readonly frames: Frames,
    private readonly setLimit: SetLimit,
  ) {}

  draw(quotas: readonly QuotaSample[], elapsedMs: number): void {
    for (const quota of quotas) this.card(quota).draw(quota, elapsedMs);
    if (this.cards.size > quotas.length) this.keep(new Set(quotas.map(({ key }) => key)));
  }

  drawCharts(points: readonly Point[], shared: Pick<ChartData, 'at' | 'span'>): void {
    for (const card of this.cards.values()) card.drawChart(points, shared);
  }

  remove(): void {
    this.keep(new Set());
    this.element.remove();
  }

  private card(quota: QuotaSample): QuotaCard {
    const known = this.cards.get(quota.key);
    if (known) return known;
    const card = new QuotaCard(quota, this.frames, this.setLimit);
    this.cards.set(quota.key, card);
    this.element.append(card.element);
    return card;
  }

  private keep(keys: ReadonlySet<string>): void {
    for (const [key, card] of this.cards) {
      if (keys.has(key)) continue;
      card.remove();
      this.cards.delete(key);
    }
  }
}
