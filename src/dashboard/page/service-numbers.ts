import type { ServiceSample } from '../protocol.js';
import { costOf, tokensOf } from './amounts.js';
import { el, setNumber, setText } from './dom.js';
import { shownAmount, shownCount, shownRate, UNKNOWN } from './format.js';
import { Meter } from './meter.js';

const NUMBERS = {
  queued: 'Queued',
  inFlight: 'In flight',
  perMinute: 'Per minute',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  tokens: 'Tokens',
  cost: 'Cost',
} as const;

type Name = keyof typeof NUMBERS;

/** The numbers of a service that one looks for first. */
export class ServiceNumbers {
  readonly element: HTMLElement;
  private readonly permits = new Meter('permits in use', ['settled']);
  private readonly asides = new Map<Name, HTMLElement>();
  private readonly values = new Map<Name, HTMLDataElement>();

  constructor() {
    const names = Object.keys(NUMBERS) as Name[];
    this.element = el('dl', { class: 'stats' }, ...names.map((name) => this.stat(name)));
  }

  draw(sample: ServiceSample): void {
    const { queued, inFlight, throughput, spent } = sample;
    const cost = costOf(spent);
    this.set('queued', queued);
    this.set('inFlight', inFlight);
    this.set('perMinute', throughput.completedPerMinute, shownRate(throughput.completedPerMinute));
    this.set('completed', throughput.completed);
    this.set('failed', throughput.failed);
    this.set('cancelled', throughput.cancelled);
    this.set('tokens', tokensOf(spent));
    this.set('cost', cost?.value ?? null, cost ? shownAmount(cost.unit, cost.value) : UNKNOWN);
    this.drawPermits(sample);
  }

  private stat(name: Name): HTMLElement {
    const value = el('data', { class: 'big' });
    const aside = el('span', { class: 'muted' });
    this.values.set(name, value);
    this.asides.set(name, aside);
    const bars = name === 'inFlight' ? [this.permits.element] : [];
    const term = el('dt', {}, NUMBERS[name]);
    return el(
      'div',
      { class: `stat stat-${name}` },
      term,
      el('dd', {}, value, ' ', aside, ...bars),
    );
  }

  private set(name: Name, value: number | null, text = shownCount(value)): void {
    const element = this.values.get(name);
    if (element) setNumber(element, value, text);
  }

  private drawPermits({ inFlight, maxConcurrentJobs, retrying }: ServiceSample): void {
    const of = maxConcurrentJobs === null ? '' : `of ${shownCount(maxConcurrentJobs)}`;
    this.aside('inFlight', of);
    this.aside('queued', retrying > 0 ? `${shownCount(retrying)} to retry` : '');
    const max = Math.max(maxConcurrentJobs ?? 0, inFlight);
    const text = `${shownCount(inFlight)} ${of || 'with no limit'} in flight`;
    this.permits.draw(
      { now: inFlight, max, text },
      { settled: max > 0 && of ? inFlight / max : 0 },
    );
  }

  private aside(name: Name, text: string): void {
    const element = this.asides.get(name);
    if (element) setText(element, text);
  }
}
