import fc from 'fast-check';
import { BehaviorSubject, from, type Subscription } from 'rxjs';
import { InMemoryRateTracker, quota, type Reservation, type Usage } from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { NaiveRateTracker } from './naive-rate-tracker.js';

const REQUESTS = { unit: 'requests', limit: 4, windowMs: 15, marginMs: 5 };
const TOKENS = { unit: 'tokens', limit: 100, windowMs: 40, marginMs: 10 };
const BURST = { unit: 'tokens', limit: 60, windowMs: 7, marginMs: 0 };
const QUOTAS = [REQUESTS, TOKENS, BURST];

type Command =
  | { do: 'reserve'; cost: Usage }
  | { do: 'settle'; who: number; usage: Usage }
  | { do: 'giveBack' | 'cancel'; who: number }
  | { do: 'limit'; limit: number }
  | { do: 'advance'; ms: number };

/** Tokens that are known, tokens that are not, and more than any window of the burst can hold. */
const cost: fc.Arbitrary<Usage> = fc.oneof(
  { weight: 8, arbitrary: fc.nat(45).map((tokens) => ({ tokens })) },
  { weight: 1, arbitrary: fc.constantFrom({}, { tokens: 60 }, { tokens: 61 }, { tokens: 101 }) },
  { weight: 1, arbitrary: fc.record({ requests: fc.nat(5), tokens: fc.nat(60) }) },
);
/** Of those that can be meant, which: 0 is the latest. */
const who = fc.nat(3);
const gap = fc.oneof(
  fc.constantFrom(1, 6, 7, 8, 19, 20, 21, 49, 50, 51, 100),
  fc.integer({ min: 1, max: 12 }),
);
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve'), cost }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance'), ms: gap }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      who,
      usage: fc.oneof(
        fc.nat(90).map((tokens) => ({ tokens })),
        fc.constantFrom({}, { requests: 0 }, { requests: 3, tokens: 20 }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('giveBack', 'cancel'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('limit'), limit: fc.constantFrom(10, 60, 100, 300) }),
  },
);

/** Plays the same commands to ours and to the naive one. */
class Play {
  readonly time = new VirtualTime();
  readonly limit$ = new BehaviorSubject(TOKENS.limit);
  readonly ours = new InMemoryRateTracker({
    quotas: [quota(REQUESTS), quota({ ...TOKENS, limit: this.limit$ }), quota(BURST)],
    scheduler: this.time,
  });
  readonly naive = new NaiveRateTracker(
    QUOTAS.map(({ unit, limit, windowMs, marginMs }) => ({
      unit,
      limit,
      lengthMs: windowMs + marginMs,
    })),
  );
  readonly grants: { id: number; at: number }[] = [];
  readonly refused: { id: number; at: number }[] = [];
  /** For each grant: what every quota held right after it. */
  readonly heldAfterGrant: { used: number[]; limits: number[]; cost: Usage }[] = [];
  private readonly asked: Subscription[] = [];
  private readonly reservations: Reservation[] = [];
  private readonly closed = new Set<number>();

  run(command: Command): void {
    if (command.do === 'reserve') this.reserve(command.cost);
    else if (command.do === 'advance') {
      this.naive.advance(command.ms);
      this.time.advance(command.ms);
    } else if (command.do === 'limit') {
      this.naive.setLimit(1, command.limit);
      this.limit$.next(command.limit);
    } else if (command.do === 'cancel') this.cancel(command.who);
    else this.close(command);
  }

  private cancel(who: number): void {
    const waiter = this.naive.line.at(-1 - who) ?? this.naive.line[0];
    if (!waiter) return;
    this.naive.cancel(waiter.id);
    this.asked[waiter.id]!.unsubscribe();
  }

  /** Settles all that is open to what it reserved, and forgets who waits. */
  finish(): void {
    for (const subscription of this.asked) subscription.unsubscribe();
    for (const { id } of this.grants) this.reservations[id]!.settle({});
  }

  private reserve(cost: Usage): void {
    const id = this.asked.length;
    this.naive.reserve(id, cost);
    const subscription = from(this.ours.reserve(cost)).subscribe({
      next: (reservation) => {
        this.grants.push({ id, at: this.time.now() });
        this.reservations[id] = reservation;
        const { quotas } = this.ours;
        this.heldAfterGrant.push({
          used: quotas.map(({ used }) => used),
          limits: quotas.map(({ limit }) => limit!),
          cost,
        });
      },
      error: () => this.refused.push({ id, at: this.time.now() }),
    });
    this.asked.push(subscription);
  }

  private close(command: {
    do: 'settle' | 'giveBack' | 'cancel';
    who: number;
    usage?: Usage;
  }): void {
    const id = this.grants.at(-1 - command.who)?.id;
    if (id === undefined) return;
    // Closing again must change nothing, so only ours hears of it.
    const isFirst = !this.closed.has(id);
    this.closed.add(id);
    if (command.do === 'settle') {
      if (isFirst) this.naive.settle(id, command.usage!);
      this.reservations[id]!.settle(command.usage!);
    } else {
      if (isFirst) this.naive.giveBack(id);
      this.reservations[id]!.giveBack();
    }
  }
}

describe('InMemoryRateTracker, whatever is asked of it', () => {
  const history = fc.array(commands, { minLength: 5, maxLength: 80 });

  it('grants whom and when a naive walk over all charges would: in order, at the earliest instant', () => {
    fc.assert(
      fc.property(history, (all) => {
        const play = new Play();
        for (const command of all) {
          play.run(command);
          const at = { now: play.time.now(), command };
          expect({ at, used: play.ours.quotas.map(({ used }) => used) }).toEqual({
            at,
            used: play.naive.used,
          });
          expect(play.grants).toEqual(play.naive.grants.map(({ id, at }) => ({ id, at })));
          expect(play.refused).toEqual(play.naive.refused);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('sets one timer while somebody waits, none otherwise', () => {
    fc.assert(
      fc.property(history, (all) => {
        const play = new Play();
        for (const command of all) {
          play.run(command);
          expect(play.time.timers).toBe(play.naive.line.length > 0 ? 1 : 0);
        }
      }),
    );
  });

  it('never holds more than the limit after a grant', () => {
    fc.assert(
      fc.property(history, (all) => {
        const play = new Play();
        for (const command of all) play.run(command);

        for (const { used, limits, cost } of play.heldAfterGrant) {
          // What is not estimated is let out below the limit; so is what costs nothing.
          const known = 'tokens' in cost;
          used.forEach((amount, index) => {
            if (known || index === 0) expect(amount).toBeLessThanOrEqual(limits[index]!);
            else expect(amount).toBeLessThan(limits[index]!);
          });
        }
      }),
    );
  });

  it('lets no window, wherever it is laid, hold more than the limit when nothing costs more than its estimate', () => {
    const ask = fc.record({
      gap: fc.oneof(fc.constant(0), gap),
      tokens: fc.nat(60),
      used: fc.nat(60),
      later: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 60 }), (asks) => {
        const time = new VirtualTime();
        const tracker = new InMemoryRateTracker({ quotas: QUOTAS.map(quota), scheduler: time });
        const log: { at: number; tokens: number; settledAt: number; used: number }[] = [];
        for (const { gap, tokens, used, later } of asks) {
          time.advance(gap);
          from(tracker.reserve({ tokens })).subscribe((reservation) => {
            const at = time.now();
            const actual = Math.min(tokens, used);
            log.push({ at, tokens, settledAt: at + later, used: actual });
            time.schedule(() => reservation.settle({ tokens: actual }), later);
          });
        }
        time.flush();

        expect(log).toHaveLength(asks.length);
        for (const { at } of log) {
          for (const { unit, limit, windowMs, marginMs } of QUOTAS) {
            const inside = log.filter(
              (grant) => grant.at > at - windowMs - marginMs && grant.at <= at,
            );
            const held = inside.map((grant) => (grant.settledAt <= at ? grant.used : grant.tokens));
            const sum = unit === 'requests' ? inside.length : held.reduce((a, b) => a + b, 0);
            expect(sum).toBeLessThanOrEqual(limit);
          }
        }
      }),
    );
  });

  it('holds exactly nothing, and sets no timer, once all is settled and the longest window has passed', () => {
    fc.assert(
      fc.property(history, (all) => {
        const play = new Play();
        for (const command of all) play.run(command);
        play.finish();
        expect(play.time.timers).toBe(0);
        play.time.advance(50);

        expect(play.ours.quotas.map(({ used }) => used)).toEqual([0, 0, 0]);
      }),
    );
  });

  it('holds exactly nothing of fractions once the window has passed', () => {
    const usd = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ usd, used: usd, gap: fc.nat(9) }), { maxLength: 100 }),
        (asks) => {
          const time = new VirtualTime();
          const tracker = new InMemoryRateTracker({
            quotas: [quota({ unit: 'usd', limit: 2, windowMs: 20, marginMs: 0 })],
            scheduler: time,
          });
          for (const { usd, used, gap } of asks) {
            from(tracker.reserve({ usd })).subscribe((reservation) =>
              reservation.settle({ usd: used }),
            );
            time.advance(gap);
          }
          time.flush();
          time.advance(20);

          expect(tracker.quotas).toMatchObject([{ used: 0, remaining: 2 }]);
        },
      ),
    );
  });

  it('charges all quotas or none', () => {
    fc.assert(
      fc.property(history, cost, (all, asked) => {
        const play = new Play();
        for (const command of all) play.run(command);
        const before = play.ours.quotas;
        const { length } = play.grants;
        play.run({ do: 'reserve', cost: asked });
        const wasGranted = play.grants.length > length;

        const charged = play.ours.quotas.map(({ used }, index) => used - before[index]!.used);
        const { requests = 1, tokens = 0 } = asked;
        expect(charged).toEqual(wasGranted ? [requests, tokens, tokens] : [0, 0, 0]);
      }),
    );
  });
});
