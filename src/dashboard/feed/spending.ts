import type { ServiceEvent, Usage } from '../../index.js';
import type { Amounts, SpentSample } from '../protocol.js';
import { MOST_UNITS } from './shown-amounts.js';
import { shownText } from './shown-text.js';

/** Labels may be as many as calls are: what comes later counts in the sum only. */
const MOST_LABELS = 1_000;
const MOST_SHOWN = 12;

interface Spent {
  calls: number;
  readonly spent: Map<string, number>;
}

/** What a dashboard shows of what was spent. */
export interface SpendingSample {
  readonly spent: Amounts;
  readonly spentBy: readonly SpentSample[];
  readonly labelsLeftOut: number;
}

/**
 * What calls were settled to: in all, and by label.
 *
 * @internal
 */
export class Spending {
  private readonly all: Spent = nothing();
  private readonly byLabel = new Map<string | undefined, Spent>();
  private readonly leftOut = new Set<string | undefined>();
  private shown: SpendingSample | undefined;

  add(event: ServiceEvent): void {
    const usage = 'usage' in event ? event.usage : undefined;
    if (!usage) return;
    count(this.all, usage);
    const spent = this.spentBy(event.label === undefined ? undefined : shownText(event.label));
    if (spent) count(spent, usage);
    this.shown = undefined;
  }

  sample(): SpendingSample {
    return (this.shown ??= this.sorted());
  }

  private sorted(): SpendingSample {
    const labels = [...this.byLabel].sort(([, one], [, other]) => weightOf(other) - weightOf(one));
    return {
      spent: amounts(this.all),
      spentBy: labels.slice(0, MOST_SHOWN).map(([label = null, one]) => ({
        label,
        calls: one.calls,
        spent: amounts(one),
      })),
      labelsLeftOut: Math.max(0, labels.length - MOST_SHOWN) + this.leftOut.size,
    };
  }

  private spentBy(label: string | undefined): Spent | undefined {
    const known = this.byLabel.get(label);
    if (known) return known;
    if (this.byLabel.size >= MOST_LABELS) {
      // Counted exactly up to as many again: a bound, as the other.
      if (this.leftOut.size < MOST_LABELS) this.leftOut.add(label);
      return undefined;
    }
    const spent = nothing();
    this.byLabel.set(label, spent);
    return spent;
  }
}

function nothing(): Spent {
  return { calls: 0, spent: new Map() };
}

/** In place, and without a list of what is in it, as it happens for each call. */
function count(to: Spent, usage: Usage): void {
  to.calls += 1;
  for (const unit of Object.keys(usage)) {
    const amount = usage[unit] ?? NaN;
    const name = shownText(unit);
    const isKnown = to.spent.has(name) || to.spent.size < MOST_UNITS;
    if (isKnown && Number.isFinite(amount)) to.spent.set(name, (to.spent.get(name) ?? 0) + amount);
  }
}

function amounts({ spent }: Spent): Amounts {
  return Object.fromEntries(spent);
}

/** Money first, then tokens; where neither is counted, calls. */
function weightOf({ calls, spent }: Spent): number {
  const tokens = (spent.get('inputTokens') ?? 0) + (spent.get('outputTokens') ?? 0);
  return spent.get('usd') ?? spent.get('tokens') ?? (tokens || calls);
}
