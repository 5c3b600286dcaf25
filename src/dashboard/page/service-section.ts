import type { Point, ServiceSample } from '../protocol.js';
import { el, newId, setAttribute, setShown } from './dom.js';
import { EventsList } from './events-list.js';
import type { Frames } from './frames.js';
import { addPoint, spanOf } from './history.js';
import { LatencyTable } from './latency-table.js';
import { LinesTable } from './lines-table.js';
import { QuotaCards } from './quota-cards.js';
import { ServiceCharts } from './service-charts.js';
import { type Send, ServiceHead } from './service-head.js';
import { ServiceNumbers } from './service-numbers.js';
import { SpentTable } from './spent-table.js';

/** All of one service. What is folded away is not drawn. */
export class ServiceSection {
  readonly element: HTMLElement;
  private readonly head: ServiceHead;
  private readonly body = el('div', { class: 'service-body', id: newId() });
  private readonly numbers = new ServiceNumbers();
  private readonly quotas: QuotaCards;
  private readonly charts: ServiceCharts;
  private readonly latencies = new LatencyTable();
  private readonly lines = new LinesTable();
  private readonly spent = new SpentTable();
  private readonly events = new EventsList();
  private points: Point[] = [];
  private isFolded = false;
  private drawnPoint: Point | undefined;

  constructor(
    private sample: ServiceSample,
    id: string,
    private readonly frames: Frames,
    send: Send,
  ) {
    const headingId = newId();
    const { name } = sample;
    this.head = new ServiceHead(name, headingId, send);
    this.quotas = new QuotaCards(frames, (quota, limit) =>
      send({ service: name, action: 'limit', quota, limit }),
    );
    this.charts = new ServiceCharts(frames);
    this.element = el('section', { class: 'service', id, 'aria-labelledby': headingId });
    this.element.append(this.head.element, this.body);
    this.fill();
    setAttribute(this.head.toggle, 'aria-controls', this.body.id);
    this.head.toggle.addEventListener('click', () => this.fold());
  }

  /** Forgets what was, and begins with this. */
  begin(history: readonly Point[]): void {
    this.points = [...history];
    this.drawnPoint = undefined;
    this.head.begin();
    this.events.clear();
  }

  /** Takes in what is new; `draw` shows it. */
  take(sample: ServiceSample, historyMs: number): void {
    this.sample = sample;
    addPoint(this.points, sample.point, historyMs);
    this.events.take(sample);
  }

  /** Shows all as it is `elapsedMs` after the sample, at `now` of the server. */
  draw(now: number, elapsedMs: number, historyMs: number): void {
    const { sample } = this;
    this.head.draw(sample, elapsedMs);
    if (this.isFolded) return;
    this.numbers.draw(sample);
    this.quotas.draw(sample.quotas, elapsedMs);
    for (const part of [this.latencies, this.lines, this.spent]) part.draw(sample);
    this.events.draw();
    this.drawCharts(now, historyMs);
  }

  remove(): void {
    this.frames.cancel(this);
    this.charts.remove();
    this.quotas.remove();
    this.element.remove();
  }

  /** Once for each point: more often nothing could be seen to move. */
  private drawCharts(now: number, historyMs: number): void {
    const last = this.points.at(-1);
    if (last === this.drawnPoint) return;
    this.drawnPoint = last;
    const at = this.points.map((point) => point.at);
    const shared = { at, span: spanOf(this.points, Math.max(now, last?.at ?? now), historyMs) };
    this.charts.draw(this.points, shared);
    this.quotas.drawCharts(this.points, shared);
  }

  private fold(): void {
    this.isFolded = !this.isFolded;
    setShown(this.body, !this.isFolded);
    setAttribute(this.head.toggle, 'aria-expanded', String(!this.isFolded));
    this.drawnPoint = undefined;
  }

  private fill(): void {
    const { calls, answered } = this.charts;
    const lists = el('div', { class: 'lists' }, this.lines.element, this.spent.element);
    const graphs = el('div', { class: 'graphs' }, calls, answered, this.latencies.element);
    const below = el('div', { class: 'below' }, lists, this.events.element);
    this.body.append(this.numbers.element, this.quotas.element, graphs, below);
  }
}
