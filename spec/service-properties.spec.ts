import fc from 'fast-check';
import { BehaviorSubject, config, Observable, type Subscriber, type Subscription } from 'rxjs';
import {
  DeadlineExceededError,
  LLMService,
  quota,
  QuotaExceededError,
  ServiceClosedError,
} from '../src/index.js';
import { providerError } from './support/provider-error.js';
import { VirtualTime } from './support/virtual-time.js';

const TOKENS = { windowMs: 30, marginMs: 0 };
const REQUESTS = { limit: 4, windowMs: 15, marginMs: 5 };
const REQUESTS_MS = REQUESTS.windowMs + REQUESTS.marginMs;
const MOST_TRIES = 3;

type Command =
  | { do: 'call'; cost: number; priority: number; tenant: string | undefined }
  /** Of those that can be meant, which: 0 is the latest. */
  | { do: 'cancel'; who: number }
  | { do: 'settle'; who: number; tokens: number }
  | { do: 'refuse'; who: number; afterMs: number }
  | { do: 'limit'; tokens: number }
  | { do: 'concurrency'; bound: number }
  | { do: 'advance'; ms: number }
  | { do: 'pause' }
  | { do: 'resume' }
  | { do: 'close'; abandon: boolean };

/** A call as the model has it; its number is its place in the order of arrival. */
interface Known {
  readonly id: number;
  readonly cost: number;
  readonly priority: number;
  readonly tenant: string | undefined;
  state: 'waiting' | 'running' | 'ended';
  tries: number;
  /** How many had been let out when it was. */
  ticket: number;
  charge: Charge | undefined;
}

interface Charge {
  readonly at: number;
  requests: number;
  tokens: number;
}

/** What a service should be doing: lists that are walked over, no queue, no window, no timer. */
class Model {
  readonly calls: Known[] = [];
  limit = 40;
  bound = 2;
  isPaused = false;
  isClosed = false;
  now = 0;
  private readonly charges: Charge[] = [];
  private tickets = 0;
  private gate = { closedUntil: 0, lastBefore: 0, isProven: true, probe: -1 };

  get waiting(): Known[] {
    return this.calls.filter(({ state }) => state === 'waiting');
  }

  get running(): Known[] {
    return this.calls.filter(({ state }) => state === 'running');
  }

  get used(): { requests: number; tokens: number } {
    return {
      requests: this.sum('requests', REQUESTS_MS),
      tokens: this.sum('tokens', TOKENS.windowMs),
    };
  }

  get reserved(): { requests: number; tokens: number } {
    const { running } = this;
    return { requests: running.length, tokens: running.reduce((sum, { cost }) => sum + cost, 0) };
  }

  arrive(call: Pick<Known, 'cost' | 'priority' | 'tenant'>): void {
    const fresh = { state: 'waiting', tries: 0, ticket: 0, charge: undefined } as const;
    this.calls.push({ ...call, ...fresh, id: this.calls.length });
  }

  /** The call is let out: answers why it should not be. */
  start(id: number): string | undefined {
    const call = this.calls[id]!;
    const reason = this.reasonToWait(call) ?? this.overtaken(call);
    call.state = 'running';
    call.tries += 1;
    call.ticket = ++this.tickets;
    call.charge = { at: this.now, requests: 1, tokens: call.cost };
    this.charges.push(call.charge);
    if (!this.gate.isProven) this.gate.probe = call.ticket;
    return reason && `${id} starts, though ${reason}`;
  }

  /** Somebody who waits though nothing holds up whoever may be next; undefined when all is well. */
  get idler(): string | undefined {
    const heads = this.waiting.filter((call) => !this.overtaken(call));
    const isHeldUp = heads.some((call) => this.reasonToWait(call) !== undefined);
    return heads.length === 0 || isHeldUp ? undefined : `${heads[0]!.id} waits for nothing`;
  }

  /** Settled to what it took, or cancelled while it ran: then all counts that it was to take. */
  end(call: Known, tokens = call.cost): void {
    if (call.state === 'running') {
      call.charge!.tokens = tokens;
      if (call.ticket === this.gate.probe) this.gate.probe = -1;
    }
    call.state = 'ended';
  }

  admitted({ ticket }: Known): void {
    if (ticket === this.gate.probe) this.gate = { ...this.gate, isProven: true, probe: -1 };
  }

  /** The provider refuses the call: the request counts, and the gate closes, unless it did so before. */
  refused(call: Known, afterMs: number): void {
    call.charge!.tokens = 0;
    if (call.ticket > this.gate.lastBefore)
      this.gate = {
        closedUntil: this.now + afterMs,
        lastBefore: this.tickets,
        isProven: false,
        probe: -1,
      };
    else if (call.ticket === this.gate.probe) this.gate.probe = -1;
    call.state = call.tries < MOST_TRIES ? 'waiting' : 'ended';
  }

  private reasonToWait({ cost }: Known): string | undefined {
    const { used, gate } = this;
    if (this.isPaused) return 'it is paused';
    if (this.running.length >= this.bound)
      return `there are ${this.running.length} of ${this.bound}`;
    if (used.requests + 1 > REQUESTS.limit) return `${used.requests} requests are used`;
    if (used.tokens + cost > this.limit) return `${used.tokens} tokens are used of ${this.limit}`;
    if (gate.isProven) return undefined;
    if (gate.closedUntil > this.now) return `the gate is closed until ${gate.closedUntil}`;
    return gate.probe < 0 ? undefined : 'another probes';
  }

  /** By priority; in order of arrival within a priority and a tenant. */
  private overtaken({ id, priority, tenant }: Known): string | undefined {
    const before = this.waiting.find(
      (other) =>
        other.priority > priority ||
        (other.priority === priority && other.tenant === tenant && other.id < id),
    );
    return before && `${before.id} comes before it`;
  }

  private sum(unit: 'requests' | 'tokens', windowMs: number): number {
    const inWindow = this.charges.filter(({ at }) => at > this.now - windowMs);
    return inWindow.reduce((sum, charge) => sum + charge[unit], 0);
  }
}

/** What the caller of a call has seen. */
interface Seen {
  ends: number;
  hasLeft: boolean;
  error: unknown;
  subscription: Subscription | undefined;
}

/** Plays the same commands to a service and to the model. */
class Play {
  readonly problems: string[] = [];
  private readonly model = new Model();
  private readonly time = new VirtualTime();
  private readonly limit$ = new BehaviorSubject(this.model.limit);
  private readonly bound$ = new BehaviorSubject(this.model.bound);
  private readonly seen: Seen[] = [];
  private readonly works = new Map<number, Subscriber<number>>();
  private readonly service = LLMService.of<number, number>({
    modelName: 'm',
    quotas: [
      quota({ unit: 'tokens', limit: this.limit$, ...TOKENS }),
      quota({ unit: 'requests', ...REQUESTS }),
    ],
    maxConcurrentJobs: this.bound$,
    retry: { maxAttempts: MOST_TRIES, share: Infinity },
    scheduler: this.time,
    costOf: (id) => ({ requests: 1, tokens: this.model.calls[id]!.cost }),
    usageOf: (tokens) => ({ tokens }),
    process: (id) => this.work(id),
  });

  run(command: Command): void {
    if (command.do === 'call') this.call(command);
    else if (command.do === 'cancel') this.cancel(command.who);
    else if (command.do === 'settle') this.settle(command.who, command.tokens);
    else if (command.do === 'refuse') this.refuse(command.who, command.afterMs);
    else if (command.do === 'limit') this.limit$.next((this.model.limit = command.tokens));
    else if (command.do === 'concurrency') this.bound$.next((this.model.bound = command.bound));
    else if (command.do === 'advance') this.advance(command.ms);
    else if (command.do === 'close') this.close(command.abandon);
    else this.pause(command.do === 'pause');
    this.compare();
  }

  /** Nothing holds up anybody any more: all that is left ends, and leaves nothing behind. */
  finish(): void {
    this.run({ do: 'resume' });
    this.run({ do: 'limit', tokens: 1_000 });
    this.run({ do: 'concurrency', bound: 3 });
    const { model } = this;
    for (let turn = 0; turn < 1_000 && model.calls.some(({ state }) => state !== 'ended'); turn++) {
      while (model.running.length > 0) this.run({ do: 'settle', who: 0, tokens: 0 });
      this.run({ do: 'advance', ms: 1 });
    }
    for (const [id, { state }] of model.calls.entries())
      if (state !== 'ended') this.problems.push(`${id} is still ${state}`);
    for (const [id, { ends, hasLeft }] of this.seen.entries())
      if (ends !== (hasLeft ? 0 : 1)) this.problems.push(`${id} has ended ${ends} times`);
    if (this.time.timers > 0) this.problems.push(`${this.time.timers} timers are left`);
    this.run({ do: 'advance', ms: 31 });
    if (this.service.toJSON().quotas.some(({ used, reserved }) => used + reserved > 0))
      this.problems.push('something is still used');
  }

  private call({ cost, priority, tenant }: Command & { do: 'call' }): void {
    const { model, seen } = this;
    const id = model.calls.length;
    model.arrive({ cost, priority, tenant });
    const mine: Seen = { ends: 0, hasLeft: false, error: undefined, subscription: undefined };
    seen.push(mine);
    const options = tenant === undefined ? { priority } : { priority, tenant };
    mine.subscription = this.service.call(id, options).subscribe({
      next: () => {
        if (mine.ends > 0 || mine.hasLeft) this.problems.push(`${id} is answered in vain`);
      },
      error: (error: unknown) => {
        this.ended(id, error);
      },
      complete: () => {
        this.ended(id);
      },
    });
    if (model.isClosed !== mine.error instanceof ServiceClosedError)
      this.problems.push(`${id} is ${model.isClosed ? 'taken' : 'turned away'}`);
  }

  private ended(id: number, error?: unknown): void {
    const mine = this.seen[id]!;
    const known = this.model.calls[id]!;
    mine.ends += 1;
    mine.error = error;
    if (mine.ends > 1 || mine.hasLeft) this.problems.push(`${id} is told an end in vain`);
    if (error instanceof QuotaExceededError && known.cost <= this.model.limit)
      this.problems.push(`${id} is refused, though it fits`);
    if (error instanceof DeadlineExceededError) this.problems.push(`${id} has no deadline`);
    // Of those who are let out the model knows the end already.
    if (known.state === 'waiting') this.model.end(known);
    else if (error instanceof ServiceClosedError) this.model.end(known);
  }

  private cancel(who: number): void {
    const known = nth(
      this.model.calls.filter(({ state }) => state !== 'ended'),
      who,
    );
    if (!known) return;
    this.model.end(known);
    const mine = this.seen[known.id]!;
    mine.hasLeft = true;
    mine.subscription!.unsubscribe();
    // The next is let out at this instant, when nobody else leaves in the same run of code.
    this.time.advance(0);
    if (this.works.has(known.id)) this.problems.push(`${known.id} works on`);
  }

  private settle(who: number, tokens: number): void {
    const known = nth(this.model.running, who);
    if (!known) return;
    const work = this.works.get(known.id)!;
    this.model.admitted(known);
    work.next(tokens);
    // Others may be let out as it ends.
    this.model.end(known, tokens);
    work.complete();
  }

  private refuse(who: number, afterMs: number): void {
    const known = nth(this.model.running, who);
    if (!known) return;
    this.model.refused(known, afterMs);
    const work = this.works.get(known.id)!;
    work.error(providerError(429, { 'retry-after': String(afterMs / 1_000) }));
  }

  private pause(isPaused: boolean): void {
    if (!this.model.isClosed) this.model.isPaused = isPaused;
    if (isPaused) this.service.pause();
    else this.service.resume();
  }

  private close(abandon: boolean): void {
    this.model.isClosed = true;
    if (abandon) for (const { id } of this.model.waiting) this.model.end(this.model.calls[id]!);
    this.model.isPaused = false;
    void this.service.close({ abandon });
  }

  private advance(ms: number): void {
    for (let passed = 0; passed < ms; passed++) {
      this.model.now += 1;
      this.time.advance(1);
      this.compare();
    }
  }

  private work(id: number): Observable<number> {
    return new Observable((subscriber) => {
      const problem = this.model.start(id);
      if (problem) this.problems.push(problem);
      this.works.set(id, subscriber);
      return () => this.works.delete(id);
    });
  }

  private compare(): void {
    const { model, problems } = this;
    const { queued, inFlight, retrying, quotas, queuedBy } = this.service.toJSON();
    if (model.idler !== undefined) problems.push(model.idler);
    const is = [queued, inFlight, retrying, ...quotas.flatMap((one) => [one.used, one.reserved])];
    const { tokens, requests } = model.used;
    const held = model.reserved;
    const used = [
      tokens,
      Math.min(tokens, held.tokens),
      requests,
      Math.min(requests, held.requests),
    ];
    const should = [model.waiting.length, model.running.length, 0, ...used];
    if (String(is) !== String(should)) problems.push(`is at ${String(is)}, not ${String(should)}`);
    for (const { priority, tenant, queued } of queuedBy) {
      const line = model.waiting.filter(
        (one) => one.priority === priority && one.tenant === tenant,
      );
      if (line.length !== queued) problems.push(`has ${queued} of ${priority} ${String(tenant)}`);
    }
  }
}

/** The one meant, the latest first; some other where there are not so many. */
function nth<T>(list: readonly T[], who: number): T | undefined {
  return list.at(-1 - (list.length > 0 ? who % list.length : 0));
}

const who = fc.nat(3);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('call'),
      cost: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 40, 41)),
      priority: fc.constantFrom(0, 0, 0, 1, -1),
      tenant: fc.constantFrom(undefined, undefined, 'a', 'b'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1, 2, 5, 14, 20, 31) }) }, // prettier-ignore
  { weight: 5, arbitrary: fc.record({ do: fc.constant('settle'), who, tokens: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse'), who, afterMs: fc.integer({ min: 1, max: 25 }) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit'), tokens: fc.constantFrom(5, 20, 40, 100) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ do: fc.constant('concurrency'), bound: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.constant<Command>({ do: 'pause' }) },
  { weight: 3, arbitrary: fc.constant<Command>({ do: 'resume' }) },
);
const closing = fc.option(fc.boolean().map((abandon): Command => ({ do: 'close', abandon })));

const WEIGHTS: Readonly<Record<string, number>> = { a: 3, b: 1, c: 0.5 };
const TENANTS = Object.keys(WEIGHTS);
const LARGEST = 6;

type Turn =
  | { do: 'call'; tenant: string; size: number; times: number }
  | { do: 'cancel'; tenant: string; times: number }
  | { do: 'next'; times: number };

const times = fc.integer({ min: 1, max: 12 });
const tenant = fc.constantFrom(...TENANTS);
const size = fc.integer({ min: 1, max: LARGEST });
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('call'), tenant, size, times }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), tenant, times }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('next'), times }) },
);

/** One call at a time, of tenants that weigh differently: what each has had while others waited beside it. */
class Shares {
  readonly problems: string[] = [];
  private readonly waiting: { tenant: string; subscription?: Subscription }[] = [];
  /** By how much the first of a pair is ahead of the second, by weight, since both have had calls queued. */
  private readonly ahead = new Map<string, number>();
  private running: Subscriber<string> | undefined;
  private readonly service = LLMService.of<{ tenant: string; size: number }, string>({
    modelName: 'm',
    maxConcurrentJobs: 1,
    tenantWeights: WEIGHTS,
    scheduler: new VirtualTime(),
    costOf: ({ size }) => ({ requests: 1, tokens: size }),
    process: ({ tenant, size }) =>
      new Observable((subscriber) => {
        this.running = subscriber;
        this.started(tenant, size);
      }),
  });

  run(turn: Turn): void {
    for (let n = 0; n < turn.times; n++) {
      if (turn.do === 'next') this.running?.complete();
      else if (turn.do === 'call') this.call(turn);
      else this.cancel(turn.tenant);
      this.forget();
    }
  }

  private call({ tenant, size }: Turn & { do: 'call' }): void {
    const mine: { tenant: string; subscription?: Subscription } = { tenant };
    this.waiting.push(mine);
    mine.subscription = this.service.call({ tenant, size }, { tenant }).subscribe();
  }

  private cancel(tenant: string): void {
    const mine = this.waiting.filter((one) => one.tenant === tenant).at(-1);
    if (!mine) return;
    this.waiting.splice(this.waiting.indexOf(mine), 1);
    mine.subscription!.unsubscribe();
  }

  private started(tenant: string, size: number): void {
    const place = this.waiting.findIndex((one) => one.tenant === tenant);
    this.waiting.splice(place, 1);
    for (const other of TENANTS) {
      if (other === tenant) continue;
      this.add(`${tenant} before ${other}`, tenant, other, size / WEIGHTS[tenant]!);
      this.add(`${other} before ${tenant}`, tenant, other, -size / WEIGHTS[tenant]!);
    }
  }

  private add(pair: string, one: string, other: string, share: number): void {
    if (!this.isWaiting(other)) return;
    const ahead = (this.ahead.get(pair) ?? 0) + share;
    const most = 1.5 * LARGEST * (1 / WEIGHTS[one]! + 1 / WEIGHTS[other]!);
    if (ahead > most) this.problems.push(`${pair} by ${ahead}, of ${most}`);
    this.ahead.set(pair, ahead);
  }

  /** Who has nothing queued gets nothing, and is owed nothing. */
  private forget(): void {
    for (const pair of this.ahead.keys()) {
      const [one, other] = pair.split(' before ') as [string, string];
      if (!this.isWaiting(one) || !this.isWaiting(other)) this.ahead.delete(pair);
    }
  }

  private isWaiting(tenant: string): boolean {
    return this.waiting.some((one) => one.tenant === tenant);
  }
}

describe('Service, whatever it is told', () => {
  beforeAll(() => {
    config.onUnhandledError = (error) => {
      throw error;
    };
  });

  it('does what a naive model of it does: in order, within all limits, never idle, to an end', () => {
    const commands = fc.array(command, { minLength: 1, maxLength: 60 });
    const property = fc.property(commands, closing, commands, (before, close, after) => {
      const play = new Play();
      for (const one of [...before, ...(close ? [close, ...after.slice(0, 20)] : [])]) {
        play.run(one);
        expect(play.problems).toEqual([]);
      }
      play.finish();
      expect(play.problems).toEqual([]);
    });
    fc.assert(property, { numRuns: 700 });
  });

  it('gives each tenant its share while it has calls queued, whatever is cancelled', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 120 }), (turns) => {
        const shares = new Shares();
        for (const one of turns) {
          shares.run(one);
          expect(shares.problems).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
