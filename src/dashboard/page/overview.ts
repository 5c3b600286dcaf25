import type { ServiceSample } from '../protocol.js';
import { cells, type CellSpec, tableOf } from './card-table.js';
import { costOf, tokensOf } from './amounts.js';
import { el, setNumber } from './dom.js';
import { shownAmount, shownCount, shownRate } from './format.js';
import { Mark } from './mark.js';
import { named, setName } from './name.js';
import { BusiestQuota } from './busiest-quota.js';

const COLUMNS: readonly CellSpec[] = [
  { label: 'Service', role: 'rowheader' },
  { label: 'Model' },
  { label: 'Status' },
  { label: 'Busiest quota' },
  { label: 'Queued', isNumber: true },
  { label: 'In flight', isNumber: true },
  { label: 'Per minute', isNumber: true },
  { label: 'Tokens', isNumber: true },
  { label: 'Cost', isNumber: true },
];

interface Row {
  readonly element: HTMLElement;
  readonly model: HTMLElement;
  readonly status: Mark;
  readonly quota: BusiestQuota;
  readonly numbers: readonly HTMLDataElement[];
}

/** All services at a glance, one row each. */
export class Overview {
  private readonly body = el('tbody', { role: 'rowgroup' });
  readonly element = tableOf('Services', COLUMNS, this.body);
  private readonly rows = new Map<string, Row>();

  draw(services: readonly ServiceSample[], idOf: (name: string) => string): void {
    for (const service of services) {
      const row = this.rows.get(service.name) ?? this.add(service.name, idOf(service.name));
      drawRow(row, service);
    }
    for (const [name, { element }] of this.rows) {
      if (services.some((service) => service.name === name)) continue;
      element.remove();
      this.rows.delete(name);
    }
  }

  private add(name: string, id: string): Row {
    const link = el('a', { href: `#${id}` }, named(name));
    const model = el('bdi', { class: 'model' });
    const status = new Mark();
    const quota = new BusiestQuota(name);
    const numbers = Array.from({ length: 5 }, () => el('data'));
    const element = cells(COLUMNS, [link, model, status.element, quota.element, ...numbers]);
    const row = { element, model, status, quota, numbers };
    this.rows.set(name, row);
    this.body.append(element);
    return row;
  }
}

function drawRow({ model, status, quota, numbers }: Row, sample: ServiceSample): void {
  setName(model, sample.model, '');
  drawStatus(status, sample);
  quota.draw(sample.quotas);
  numbersOf(sample).forEach(([value, text], at) => {
    const data = numbers[at];
    if (data) setNumber(data, value, text);
  });
}

/** A gate that is not open says more than the status. */
function drawStatus(mark: Mark, { status, gate }: ServiceSample): void {
  if (gate && gate.status !== 'open') mark.draw(`gate-${gate.status}`, `gate ${gate.status}`);
  else mark.draw(status, status);
}

/** Each with how it is shown, in the order of the columns. */
function numbersOf({
  queued,
  inFlight,
  throughput,
  spent,
}: ServiceSample): [number | null, string][] {
  const { completedPerMinute } = throughput;
  const tokens = tokensOf(spent);
  const cost = costOf(spent);
  return [
    [queued, shownCount(queued)],
    [inFlight, shownCount(inFlight)],
    [completedPerMinute, shownRate(completedPerMinute)],
    [tokens, shownCount(tokens)],
    [cost?.value ?? null, shownAmount(cost?.unit ?? '', cost?.value ?? null)],
  ];
}
