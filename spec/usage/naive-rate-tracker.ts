import type { Usage } from '../../src/index.js';

export interface NaiveQuota {
  readonly unit: string;
  limit: number;
  /** The window with its margin. */
  readonly lengthMs: number;
}

export interface NaiveGrant {
  readonly id: number;
  readonly at: number;
  /** Per quota, what is charged for it: reserved until settled, then what was used. */
  readonly amounts: number[];
}

/** The rate tracker as two lists that are walked anew at every millisecond: what ours must agree with. */
export class NaiveRateTracker {
  now = 0;
  readonly grants: NaiveGrant[] = [];
  readonly refused: { id: number; at: number }[] = [];
  line: { id: number; cost: Usage }[] = [];

  constructor(readonly quotas: readonly NaiveQuota[]) {}

  advance(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.now += 1;
      this.serve();
    }
  }

  reserve(id: number, cost: Usage): void {
    if (this.neverFits(cost)) this.refused.push({ id, at: this.now });
    else this.line.push({ id, cost });
    this.serve();
  }

  cancel(id: number): void {
    this.line = this.line.filter((waiter) => waiter.id !== id);
    this.serve();
  }

  settle(id: number, usage: Usage): void {
    const grant = this.grants.find((one) => one.id === id);
    this.quotas.forEach(({ unit }, index) => {
      if (grant && usage[unit] !== undefined) grant.amounts[index] = usage[unit];
    });
    this.serve();
  }

  giveBack(id: number): void {
    this.grants.find((one) => one.id === id)?.amounts.fill(0);
    this.serve();
  }

  setLimit(index: number, limit: number): void {
    this.quotas[index]!.limit = limit;
    this.serve();
  }

  get used(): number[] {
    return this.quotas.map(({ lengthMs }, index) => {
      const inside = this.grants.filter(({ at }) => this.now < at + lengthMs);
      return inside.reduce((sum, { amounts }) => sum + amounts[index]!, 0);
    });
  }

  private neverFits(cost: Usage): boolean {
    return this.quotas.some(({ unit, limit }) => (amountOf(cost, unit) ?? 0) > limit);
  }

  private fits(cost: Usage): boolean {
    const { used } = this;
    return this.quotas.every(({ unit, limit }, index) => {
      const amount = amountOf(cost, unit);
      return amount === undefined ? used[index]! < limit : used[index]! + amount <= limit;
    });
  }

  private serve(): void {
    for (let head = this.line[0]; head; head = this.line[0]) {
      const { id, cost } = head;
      if (this.neverFits(cost)) this.refused.push({ id, at: this.now });
      else if (this.fits(cost)) this.grant(id, cost);
      else return;
      this.line.shift();
    }
  }

  private grant(id: number, cost: Usage): void {
    const amounts = this.quotas.map(({ unit }) => amountOf(cost, unit) ?? 0);
    this.grants.push({ id, at: this.now, amounts });
  }
}

function amountOf(cost: Usage, unit: string): number | undefined {
  return cost[unit] ?? (unit === 'requests' ? 1 : undefined);
}
