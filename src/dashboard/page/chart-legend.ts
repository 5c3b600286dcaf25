import type { ChartData } from './chart-data.js';
import type { Line } from './chart-options.js';
import { el, setNumber, setText } from './dom.js';
import { shownTime } from './format.js';

/** The lines of a chart, each with its value now or at the instant that is pointed at. */
export class ChartLegend {
  readonly element: HTMLElement;
  private readonly when = el('span', { class: 'legend-when' });
  private readonly values: readonly HTMLDataElement[];
  private data: ChartData | undefined;
  private pointed: number | null = null;

  constructor(private readonly lines: readonly Line[]) {
    this.values = lines.map(() => el('data', { class: 'legend-value' }));
    const items = lines.map(({ label, colour, kind }, at) => {
      const swatch = el('span', { class: `swatch swatch-${kind} colour-${colour}` });
      return el('li', {}, swatch, label, ' ', this.values[at] ?? '');
    });
    // The picture says the same in its label.
    const attributes = { class: 'legend', 'aria-hidden': 'true' };
    this.element = el('ul', attributes, el('li', {}, this.when), ...items);
  }

  /** Shows the newest values. Answers with them in words. */
  show(data: ChartData): string {
    this.data = data;
    this.draw();
    return this.lines.map((line, at) => summaryOf(line, data.values[at] ?? [])).join('; ');
  }

  /** Shows the values at an instant; null: the newest. */
  point(index: number | null): void {
    if (this.pointed === index) return;
    this.pointed = index;
    this.draw();
  }

  private draw(): void {
    const { data, pointed } = this;
    if (!data) return;
    const at = pointed === null ? undefined : data.at[pointed];
    setText(this.when, at === undefined ? '' : `at ${shownTime(at)}`);
    this.values.forEach((element, line) => {
      const value = data.values[line]?.at(at === undefined ? -1 : (pointed ?? -1)) ?? null;
      setNumber(element, value, this.lines[line]?.shown(value) ?? '');
    });
  }
}

function summaryOf({ label, kind, shown }: Line, values: readonly (number | null)[]): string {
  const now = `${label} ${shown(values.at(-1) ?? null)}`;
  if (kind === 'limit') return now;
  const highest = values.reduce<number | null>(
    (max, value) => (value === null || (max !== null && max >= value) ? max : value),
    null,
  );
  return highest === null ? now : `${now}, at most ${shown(highest)}`;
}
