import type { Amounts, ServiceSample } from '../protocol.js';
import { costOf, tokensOf, totalOf } from './amounts.js';
import { cells, type CellSpec, tableOf } from './card-table.js';
import { el, setNumber } from './dom.js';
import { shownAmount, shownCount } from './format.js';
import { setName } from './name.js';
import { Rows } from './rows.js';

const COLUMNS: readonly CellSpec[] = [
  { label: 'Model', role: 'rowheader' },
  { label: 'Services', isNumber: true },
  { label: 'Completed', isNumber: true },
  { label: 'Tokens', isNumber: true },
  { label: 'Cost', isNumber: true },
];

/** What the services of one model have done together. */
interface ModelTotal {
  readonly model: string;
  readonly services: number;
  readonly completed: number;
  readonly spent: Amounts;
}

/** Tokens and cost by model, over all services. */
export class Models {
  private readonly body = el('tbody', { role: 'rowgroup' });
  readonly element = tableOf('Totals by model', COLUMNS, this.body);
  private readonly rows = new Rows(this.body, () =>
    cells(COLUMNS, [el('bdi', { class: 'model' }), ...COLUMNS.slice(1).map(() => el('data'))]),
  );

  draw(services: readonly ServiceSample[]): void {
    const totals = totalsByModel(services);
    this.rows.draw(totals.length, (row, at) => {
      const total = totals[at];
      if (total) drawRow(row, total);
    });
  }
}

/** Groups services by model, in the order in which models come. */
export function totalsByModel(services: readonly ServiceSample[]): readonly ModelTotal[] {
  const byModel = new Map<string, ServiceSample[]>();
  for (const service of services) {
    byModel.set(service.model, [...(byModel.get(service.model) ?? []), service]);
  }
  return [...byModel].map(([model, all]) => ({
    model,
    services: all.length,
    completed: all.reduce((sum, { throughput }) => sum + throughput.completed, 0),
    spent: totalOf(all.map(({ spent }) => spent)),
  }));
}

function drawRow(row: Element, { model, services, completed, spent }: ModelTotal): void {
  setName(row.children[0]?.children[0], model, '');
  const cost = costOf(spent);
  const tokens = tokensOf(spent);
  const values: [number | null, string][] = [
    [services, shownCount(services)],
    [completed, shownCount(completed)],
    [tokens, shownCount(tokens)],
    [cost?.value ?? null, shownAmount(cost?.unit ?? '', cost?.value ?? null)],
  ];
  values.forEach(([value, text], at) => {
    const data = row.children[at + 1]?.firstElementChild;
    if (data instanceof HTMLDataElement) setNumber(data, value, text);
  });
}
