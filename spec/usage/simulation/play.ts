import { from, type Subscription } from 'rxjs';
import type { RateLimit, RateLimitReading, Reservation, Usage } from '../../../src/index.js';
import { LET_IN, LOST, refused, told } from '../readings.js';
import type { Draw } from './draw.js';
import type { Charge, NaiveQuota, NaiveTracker, World } from './world.js';

/** One call: it waits, until it is granted, refused, or leaves. */
export interface SimulatedCall {
  readonly id: number;
  readonly by: NaiveTracker;
  readonly cost: Usage;
  readonly askedAt: number;
  state: 'waiting' | 'granted' | 'refused' | 'left';
  answeredAt?: number;
  reservation?: Required<Reservation>;
  charges: ReadonlyMap<NaiveQuota, Charge>;
  hasEnded: boolean;
  isLetIn: boolean;
  subscription?: Subscription;
}

export function amountIn(cost: Usage, unit: string): number | undefined {
  return cost[unit] ?? (unit === 'requests' ? 1 : undefined);
}

const DIMS: Readonly<Record<string, string>> = { requests: 'requests', tokens: 'tokens' };

/** Plays random steps, and writes down what came of them. */
export class Play {
  readonly calls: SimulatedCall[] = [];
  /** What was granted though there was no room, refused without a reason, or answered twice. */
  readonly wrongs: string[] = [];
  /** Called with each call that was granted. */
  onGranted: (call: SimulatedCall) => void = () => undefined;

  constructor(
    readonly world: World,
    private readonly draw: Draw,
  ) {}

  get now(): number {
    return this.world.time.now();
  }

  get waiting(): SimulatedCall[] {
    return this.calls.filter(({ state }) => state === 'waiting');
  }

  get open(): SimulatedCall[] {
    return this.calls.filter(({ state, hasEnded }) => state === 'granted' && !hasEnded);
  }

  step(): string {
    const { draw } = this;
    const steps: readonly [number, () => string][] = [
      [30, () => this.ask()],
      [25, () => this.advance()],
      [12, () => this.end()],
      [5, () => this.revise()],
      [4, () => this.arrive()],
      [10, () => this.hear()],
      [6, () => this.cancel()],
      [5, () => this.changeLimit()],
      [3, () => this.openOrClose()],
      [3, () => this.add()],
    ];
    let drawn = draw.int(
      1,
      steps.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, step] of steps) {
      drawn -= weight;
      if (drawn <= 0) return step();
    }
    return '';
  }

  /** Ends a call as it was estimated. */
  finish(call: SimulatedCall): void {
    call.reservation!.hear(LET_IN);
    call.isLetIn = true;
    this.settle(call, {});
  }

  private ask(): string {
    const { draw } = this;
    const open = this.world.trackers.filter(({ isOpen }) => isOpen);
    if (open.length === 0) return 'nobody to ask';
    const by = draw.oneOf(open);
    const cost: Record<string, number> = {};
    for (const { unit } of by.quotas)
      if (draw.chance(0.85)) cost[unit] = unit === 'requests' ? draw.int(1, 2) : draw.int(1, 8);
    const call: SimulatedCall = {
      id: this.calls.length,
      by,
      cost,
      askedAt: this.now,
      state: 'waiting',
      charges: new Map(),
      hasEnded: false,
      isLetIn: false,
    };
    this.calls.push(call);
    call.subscription = from(by.tracker.reserve(cost)).subscribe({
      next: (reservation) => {
        this.granted(call, reservation as Required<Reservation>);
      },
      error: (error: unknown) => {
        this.refused(call, error as { code: string });
      },
    });
    return `ask ${call.id} of ${this.world.trackers.indexOf(by)}: ${JSON.stringify(cost)}`;
  }

  private granted(call: SimulatedCall, reservation: Required<Reservation>): void {
    if (call.state !== 'waiting') this.wrongs.push(`${call.id} was granted when ${call.state}`);
    call.state = 'granted';
    call.answeredAt = this.now;
    call.reservation = reservation;
    call.charges = new Map(call.by.quotas.map((quota) => [quota, this.charge(call, quota)]));
    this.onGranted(call);
  }

  private charge({ id, cost }: SimulatedCall, quota: NaiveQuota): Charge {
    const { unit, window, limit$ } = quota;
    const amount = amountIn(cost, unit);
    const charge = { at: this.now, amount: amount ?? 0, quota };
    window.charges.push(charge);
    // What other limits over the window let in at this instant may have come after it.
    const total = window.total(this.now, (other) => other.quota === quota || other.at < charge.at);
    if (amount !== undefined && total > limit$.value)
      this.wrongs.push(`${id} was granted: ${total} ${unit} of ${limit$.value}`);
    return charge;
  }

  private refused(call: SimulatedCall, { code }: { code: string }): void {
    const { by, cost, id } = call;
    if (call.state !== 'waiting') this.wrongs.push(`${id} was refused when ${call.state}`);
    call.state = 'refused';
    call.answeredAt = this.now;
    const { reopensAt = -Infinity } = by.tracker.gate;
    if (code === 'RETRY_AFTER_TOO_LONG' && reopensAt - this.now > 40) return;
    if (code === 'QUOTA_EXCEEDED' && by.tracker.neverFits(cost)) return;
    this.wrongs.push(`${id} was refused without a reason: ${code}`);
  }

  private end(): string {
    const { draw, open } = this;
    if (open.length === 0) return 'nothing to end';
    const call = draw.oneOf(open);
    if (draw.chance(0.25)) {
      call.hasEnded = true;
      for (const charge of call.charges.values()) charge.amount = 0;
      call.reservation!.giveBack();
      return `give ${call.id} back`;
    }
    const usage: Record<string, number> = {};
    for (const { unit } of draw.some(call.by.quotas)) usage[unit] = draw.int(0, 12);
    this.settle(call, usage);
    if (draw.chance(0.3)) call.reservation!.settle({ tokens: 999, requests: 999, x: 999 });
    if (draw.chance(0.3)) call.reservation!.giveBack();
    return `settle ${call.id} to ${JSON.stringify(usage)}`;
  }

  private settle(call: SimulatedCall, usage: Usage): void {
    call.hasEnded = true;
    for (const [{ unit }, charge] of call.charges)
      charge.amount = usage[unit] ?? amountIn(call.cost, unit) ?? 0;
    call.reservation!.settle(usage);
  }

  private revise(): string {
    const { draw, open } = this;
    if (open.length === 0) return 'nothing to revise';
    const call = draw.oneOf(open);
    const held: Record<string, number> = {};
    for (const { unit } of draw.some(call.by.quotas)) held[unit] = draw.int(0, 8);
    for (const [{ unit }, charge] of call.charges) charge.amount = held[unit] ?? charge.amount;
    call.reservation!.revise(held);
    return `revise ${call.id} to ${JSON.stringify(held)}`;
  }

  private arrive(): string {
    const { draw, open, now } = this;
    if (open.length === 0) return 'nothing to arrive';
    const call = draw.oneOf(open);
    const msAgo = draw.int(0, 20);
    const lateMs = now - msAgo - call.answeredAt!;
    for (const [{ window, windowMs }, charge] of call.charges) {
      const ms = lateMs - (window.lengthMs - windowMs) - (charge.delayedMs ?? 0);
      if (!(ms > 0)) continue;
      charge.delayedMs = (charge.delayedMs ?? 0) + ms;
      if (now < charge.at + window.lengthMs) window.delay(charge, Math.min(charge.at + ms, now));
    }
    call.reservation!.arrived(msAgo);
    return `${call.id} arrived ${msAgo} ago`;
  }

  private hear(): string {
    const granted = this.calls.filter(({ state }) => state === 'granted').slice(-8);
    if (granted.length === 0) return 'nothing to hear';
    const call = this.draw.oneOf(granted);
    const word = this.word(call);
    if (!word.shouldPause && !word.retryable) call.isLetIn = true;
    call.reservation!.hear(word);
    return `hear of ${call.id}: ${JSON.stringify(word)}`;
  }

  private word({ by }: SimulatedCall): RateLimitReading {
    const { draw } = this;
    const limits = draw.some(by.quotas, 0.3).flatMap((quota) => this.limitOf(quota));
    if (draw.chance(0.5)) return { ...LET_IN, limits };
    if (draw.chance(0.3)) return LOST;
    if (draw.chance(0.2)) return told(...limits);
    return refused(draw.oneOf([null, 0, 3, 15, 40, 60]), ...limits);
  }

  private limitOf({ unit, windowMs, limit$ }: NaiveQuota): RateLimit[] {
    const { draw } = this;
    const dim = DIMS[unit];
    if (dim === undefined || windowMs === Infinity) return [];
    const limit = draw.oneOf([null, draw.int(LEAST, 40)]);
    const remaining = draw.oneOf([null, 0, draw.int(0, limit ?? limit$.value)]);
    return [{ dim, limit, remaining, resetMs: draw.oneOf([null, 0, 5, 500]), windowMs }];
  }

  private cancel(): string {
    const { draw, waiting } = this;
    if (waiting.length === 0) return 'nobody to leave';
    const call = draw.oneOf(waiting);
    call.state = 'left';
    call.subscription?.unsubscribe();
    return `leave ${call.id}`;
  }

  private changeLimit(): string {
    const { draw, world } = this;
    if (world.quotas.length === 0) return 'no limit';
    const { limit$, unit } = draw.oneOf(world.quotas);
    const limit = draw.int(4, 40);
    limit$.next(limit);
    return `limit of ${unit} to ${limit}`;
  }

  private openOrClose(): string {
    const by = this.draw.oneOf(this.world.trackers);
    by.isOpen = !by.isOpen;
    if (by.isOpen) by.tracker.open();
    else by.tracker.close();
    return `${by.isOpen ? 'open' : 'close'} ${this.world.trackers.indexOf(by)}`;
  }

  private add(): string {
    const { tracker, window } = this.world.counter;
    const amount = this.draw.int(0, 6);
    window.charges.push({ at: this.now, amount });
    tracker.add(amount);
    return `add ${amount}`;
  }

  private advance(): string {
    const { draw } = this;
    const ms = draw.chance(0.03) ? 10_000 : draw.int(1, draw.oneOf([2, 10, 50]));
    this.world.time.advance(ms);
    return `advance by ${ms} to ${this.now}`;
  }
}

/** The least that a limit is told to be: most calls still fit. */
const LEAST = 8;
