import { BehaviorSubject, type Observable } from 'rxjs';
import { parseFunction, parseName } from '../options/parse-value.js';
import type { Usage } from './usage.js';

/** Usage by model and sub-label: `{ 'gpt-4o': { default: { requests: 1, prompt_tokens: 100 } } }`. */
export type UsageByModel = Readonly<Record<string, Readonly<Record<string, Usage>>>>;

/** Makes the new usage of a sub-label out of the usage so far and one response. */
export type ResponseParser<Response> = (current: Usage, response: Response) => Usage;

/** One update: of which model, under which sub-label, by which response. */
export interface UsageUpdate<Response> {
  /** Default `unknown_model`. */
  readonly model?: string | undefined;
  /** Without one, nothing changes. */
  readonly response?: Response | undefined;
  /** Default `default`. */
  readonly subLabel?: string | undefined;
}

/**
 * Keeps account of what each model has used, under labels of yours.
 *
 * One tracker stands for one piece of work (a document, a user); sub-labels are its steps. It counts for
 * ever: for usage within a window see `TimeBoundedUsageTracker`.
 *
 * @example
 * const usage = new UsageTracker('report.md', (current, answer: Answer) => ({
 *   requests: (current.requests ?? 0) + 1,
 *   tokens: (current.tokens ?? 0) + answer.tokens,
 * }));
 * usage.updateFromModel({ model: 'gpt-4o', response: answer, subLabel: 'summary' });
 * usage.totals; // { 'gpt-4o': { requests: 1, tokens: 812 } }
 *
 * @throws InvalidOptionError for a label that is no text, or a parser that is no function.
 */
export class UsageTracker<Response = unknown> {
  private readonly current$ = new BehaviorSubject<UsageByModel>({});
  /** Usage by model and sub-label, latest on subscribing, then each change. */
  readonly usage$: Observable<UsageByModel> = this.current$.asObservable();

  constructor(
    readonly label: string,
    private readonly responseParser: ResponseParser<Response>,
  ) {
    parseName('label', label);
    parseFunction('responseParser', responseParser);
  }

  /** Adds one response to its model and sub-label. What the parser throws is thrown on, with no change. */
  updateFromModel(update: UsageUpdate<Response> = {}): void {
    const { model = 'unknown_model', response, subLabel = 'default' } = update;
    if (response === undefined || response === null) return;
    const all = this.current$.value;
    const ofModel = ownIn(all, model) ?? {};
    const usage = this.responseParser({ ...ownIn(ofModel, subLabel) }, response);
    this.current$.next({ ...all, [model]: { ...ofModel, [subLabel]: usage } });
  }

  /** Per model, the sum over its sub-labels. */
  get totals(): Readonly<Record<string, Usage>> {
    const sums = Object.entries(this.current$.value).map(([model, bySubLabel]) => [
      model,
      sum(Object.values(bySubLabel)),
    ]);
    return Object.fromEntries(sums) as Record<string, Usage>;
  }

  /** Usage by model and sub-label, as plain data. */
  toJSON(): UsageByModel {
    return this.current$.value;
  }

  /** Stores this usage and its totals in another record under this tracker's label, and gives it back. */
  addTo<T extends Record<string, unknown>>(other: T): T {
    const value = { ...this.toJSON(), tracker_totals: this.totals };
    // Not by assigning: a label may have a name that every object has, as __proto__.
    const field = { value, enumerable: true, writable: true, configurable: true };
    return Object.defineProperty(other, this.label, field);
  }
}

function sum(usages: readonly Usage[]): Usage {
  const total = new Map<string, number>();
  for (const usage of usages) {
    for (const [unit, amount] of Object.entries(usage))
      total.set(unit, (total.get(unit) ?? 0) + amount);
  }
  return Object.fromEntries(total);
}

/** What a record holds of its own: a name may be one that every object has. */
function ownIn<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
