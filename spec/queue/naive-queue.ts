import type { Queued } from './queued.js';

interface Share {
  start: number;
  turn: number;
}

interface Level {
  virtualTime: number;
  /** Whether a second tenant has come. */
  isShared: boolean;
  /** None is ever forgotten while the level is in use. */
  readonly shares: Map<string | undefined, Share>;
}

/** The least by several keys, the first of them weighing most. */
function least<T>(all: Iterable<T>, ...keys: ((one: T) => number)[]): T | undefined {
  const order = (one: T, other: T) =>
    keys.map((key) => key(one) - key(other)).find((difference) => difference !== 0) ?? 0;
  return [...all].sort(order)[0];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** The queue as a list that is searched anew each time: what `CallQueue` must agree with. */
export class NaiveQueue {
  items: Queued[] = [];
  private readonly arrivals: Queued[] = [];
  private readonly levels = new Map<number, Level>();
  private turns = 0;
  /** Whose was let out last, since the last rest. */
  private last: (string | undefined)[] = [];

  constructor(private readonly weightOf: (tenant: string | undefined) => number) {}

  push(item: Queued): void {
    this.arrivals.push(item);
    this.putBack(item);
  }

  putBack(item: Queued): void {
    const level = this.levelOf(item);
    if (!this.lineOf(item).length) {
      const { start = 0 } = level.shares.get(item.tenant) ?? {};
      this.beginToShare(level, item);
      const turn = ++this.turns - 2 ** 52;
      level.shares.set(item.tenant, { start: Math.max(start, level.virtualTime), turn });
    }
    this.items.push(item);
  }

  rest(): void {
    this.last = [];
  }

  /** Whoever was alone until then, and was let out last, goes after the one who comes. */
  private beginToShare(level: Level, { priority }: Queued): void {
    const [alone] = this.tenantsOf(priority);
    if (level.isShared || this.tenantsOf(priority).length === 0) return;
    level.isShared = true;
    const share = level.shares.get(alone)!;
    share.turn = ++this.turns - (this.last.includes(alone) ? 0 : 2 ** 52);
  }

  remove(item: Queued): boolean {
    const wasIn = this.items.includes(item);
    this.items = this.items.filter((other) => other !== item);
    if (!this.itemsOf(item.priority).length) this.levels.delete(item.priority);
    return wasIn;
  }

  take(item: Queued): boolean {
    if (!this.items.includes(item)) return false;
    const level = this.levelOf(item);
    const share = this.shareOf(item);
    const waiting = this.tenantsOf(item.priority).map((tenant) => this.weightOf(tenant));
    level.virtualTime = Math.max(level.virtualTime + item.size / sum(waiting), share.start);
    share.start += item.size / this.weightOf(item.tenant);
    share.turn = ++this.turns;
    this.last = [item.tenant];
    return this.remove(item);
  }

  /** The lowest key, then the higher priority; there the lowest start; there the first that came. */
  get first(): Queued | undefined {
    const priority = least(
      this.priorities,
      (one) => (least(this.itemsOf(one), this.arrival)?.queuedAt ?? 0) - one * 60_000,
      (one) => -one,
    );
    return least(
      this.itemsOf(priority),
      (item) => this.shareOf(item).start,
      (item) => this.shareOf(item).turn,
      this.arrival,
    );
  }

  get lowest(): Queued | undefined {
    return least(this.items, ({ priority }) => priority, this.arrival);
  }

  get lines(): unknown[] {
    return this.priorities.flatMap((priority) =>
      this.tenantsOf(priority).map((tenant) => {
        const queued = this.itemsOf(priority).filter((item) => item.tenant === tenant).length;
        return { priority, tenant, queued };
      }),
    );
  }

  private get priorities(): number[] {
    return [...new Set(this.items.map(({ priority }) => priority))];
  }

  private tenantsOf(priority: number): (string | undefined)[] {
    return [...new Set(this.itemsOf(priority).map(({ tenant }) => tenant))];
  }

  private itemsOf(priority: number | undefined): Queued[] {
    return this.items.filter((item) => item.priority === priority);
  }

  private lineOf({ priority, tenant }: Queued): Queued[] {
    return this.itemsOf(priority).filter((item) => item.tenant === tenant);
  }

  private levelOf({ priority }: Queued): Level {
    const level = this.levels.get(priority) ?? {
      virtualTime: 0,
      shares: new Map<string | undefined, Share>(),
      isShared: false,
    };
    this.levels.set(priority, level);
    return level;
  }

  private shareOf(item: Queued): Share {
    return this.levelOf(item).shares.get(item.tenant)!;
  }

  private readonly arrival = (item: Queued) => this.arrivals.lastIndexOf(item);
}
