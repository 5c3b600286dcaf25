import type { Point, QuotaSample } from '../protocol.js';
import { Chart } from './chart.js';
import type { ChartData } from './chart-data.js';
import { el, setNumber, setShown, setText } from './dom.js';
import { shownAmount, shownUnit } from './format.js';
import type { Frames } from './frames.js';
import { LimitForm, type SetLimit } from './limit-form.js';
import { named } from './name.js';
import { QuotaBar } from './quota-bar.js';
import { resetWords } from './words.js';

/** One quota: how full it is, what of it is left, when it resets, and how it came to that. */
export class QuotaCard {
  readonly element: HTMLElement;
  private readonly used = el('data', { class: 'big' });
  private readonly limit = el('data');
  private readonly left = el('data');
  private readonly resets = el('span', { class: 'muted' });
  private readonly bar: QuotaBar;
  private readonly form: LimitForm;
  private readonly chart: Chart;

  constructor(
    private readonly quota: QuotaSample,
    frames: Frames,
    setLimit: SetLimit,
  ) {
    this.bar = new QuotaBar(quota);
    this.form = new LimitForm(quota, setLimit);
    this.chart = new Chart(quota.name, linesOf(quota), frames);
    this.element = el(
      'div',
      { class: 'cell quota' },
      el('header', {}, el('h3', {}, named(quota.name)), this.form.button),
      this.form.element,
      this.numbers(),
      this.bar.element,
      this.bar.legend,
      this.chart.element,
    );
  }

  draw(quota: QuotaSample, elapsedMs: number): void {
    const { unit, used, limit, remaining } = quota;
    setNumber(this.used, used, shownAmount(unit, used));
    setNumber(this.limit, limit, limitWords(quota));
    setNumber(this.left, remaining, limit === null ? '' : leftWords(quota));
    setText(this.resets, resetWords(quota, elapsedMs));
    setShown(this.form.button, quota.canSetLimit);
    this.bar.draw(quota);
    this.form.draw(quota);
  }

  /** Draws how it has come to this. */
  drawChart(points: readonly Point[], shared: Pick<ChartData, 'at' | 'span'>): void {
    const { key } = this.quota;
    const used = points.map((point) => point.used[key] ?? null);
    const limits = points.map((point) => point.limits[key] ?? null);
    this.chart.show({ ...shared, values: [used, limits] });
  }

  remove(): void {
    this.chart.remove();
    this.element.remove();
  }

  private numbers(): HTMLElement {
    const first = el('p', {}, this.used, ' ', this.limit);
    const second = el('p', { class: 'right' }, this.left, el('br'), this.resets);
    return el('div', { class: 'quota-numbers' }, first, second);
  }
}

function linesOf({ unit }: QuotaSample) {
  const shown = (value: number | null) => shownAmount(unit, value);
  return [
    { label: 'used', colour: 'blue', kind: 'area', shown },
    { label: 'limit', colour: 'limit', kind: 'limit', shown },
  ] as const;
}

function limitWords({ unit, limit }: QuotaSample): string {
  return limit === null
    ? `${shownUnit(unit)}, limit not known yet`
    : `of ${shownAmount(unit, limit)}`;
}

function leftWords({ unit, limit, remaining, used, usedByOthers }: QuotaSample): string {
  const over = used + usedByOthers - (limit ?? Infinity);
  return over > 0 ? `${shownAmount(unit, over)} over` : `${shownAmount(unit, remaining)} left`;
}
