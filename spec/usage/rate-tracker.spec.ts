import {
  BehaviorSubject,
  defer,
  EMPTY,
  firstValueFrom,
  mergeMap,
  Observable,
  type ObservableInput,
  of,
  type Subscriber,
  throwError,
  toArray,
} from 'rxjs';
import {
  LLMService,
  type QuotaState,
  QuotaExceededError,
  rateLimit,
  type RateTracker,
  type Reservation,
  type Usage,
} from '../../src/index.js';
import { unitsOf } from '../../src/usage/rate-tracker.js';
import { VirtualTime } from '../support/virtual-time.js';

/**
 * A store of somebody else: so many tokens at once, which come back when a call has settled. It has the least
 * that the seam asks for: no gate, nothing to hear, no time of a reservation.
 */
class TokensAtOnce implements RateTracker {
  readonly quotas$ = new BehaviorSubject<readonly QuotaState[]>([]);
  readonly faults$ = EMPTY;
  readonly settled: Usage[] = [];
  private readonly waiting: {
    readonly cost: Usage;
    readonly subscriber: Subscriber<Reservation>;
  }[] = [];
  private free: number;

  constructor(
    private readonly limit: number,
    private readonly answerAs: (granted$: Observable<Reservation>) => ObservableInput<Reservation>,
  ) {
    this.free = limit;
  }

  get quotas(): readonly QuotaState[] {
    const { limit, free } = this;
    const used = limit - free;
    const remaining = free;
    const state = { unit: 'tokens', windowMs: Infinity, reserved: used, usedByOthers: 0 };
    return [{ ...state, limit, used, remaining, resetAt: undefined }];
  }

  reserve(cost: Usage): ObservableInput<Reservation> {
    return this.answerAs(
      new Observable((subscriber) => {
        this.waiting.push({ cost, subscriber });
        this.serve();
      }),
    );
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    const tokens = tokensOf(cost);
    return tokens > this.limit ? new QuotaExceededError('tokens', tokens, this.limit) : undefined;
  }

  close(): void {}

  private serve(): void {
    while (this.waiting[0]?.subscriber.closed || fits(this.waiting[0]?.cost, this.free)) {
      const { cost, subscriber } = this.waiting.shift()!;
      if (subscriber.closed) continue;
      this.free -= tokensOf(cost);
      subscriber.next(this.reservationOf(cost));
      subscriber.complete();
    }
    this.quotas$.next(this.quotas);
  }

  private reservationOf(cost: Usage): Reservation {
    const end = () => {
      this.free += tokensOf(cost);
      this.serve();
    };
    const settle = (usage: Usage) => {
      this.settled.push(usage);
      end();
    };
    return { cost, settle, giveBack: end };
  }
}

const tokensOf = ({ tokens = 1 }: Usage) => tokens;
const fits = (cost: Usage | undefined, free: number) =>
  cost !== undefined && tokensOf(cost) <= free;

describe.each<[string, (granted$: Observable<Reservation>) => ObservableInput<Reservation>]>([
  ['Observables', (granted$) => granted$],
  ['promises', (granted$) => firstValueFrom(granted$)],
])('a RateTracker of a third party that answers with %s', (_, answerAs) => {
  it('lets values through rateLimit as it grants them', async () => {
    const tracker = new TokensAtOnce(10, answerAs);
    const let$ = of(6, 6, 4, 1, 7).pipe(
      rateLimit({ tracker, costOf: (tokens) => ({ tokens }) }, (tokens, reservation) => ({
        tokens,
        reservation,
      })),
      mergeMap(async ({ tokens, reservation }) => {
        await Promise.resolve();
        reservation.settle({ tokens });
        return tokens;
      }),
      toArray(),
    );

    expect(await firstValueFrom(let$)).toEqual([6, 6, 4, 1, 7]);
    expect(tracker.quotas).toMatchObject([{ used: 0 }]);
  });

  it('refuses through rateLimit what it can never grant', async () => {
    const tracker = new TokensAtOnce(10, answerAs);
    const refused: unknown[] = [];
    const let$ = of(11, 3).pipe(
      rateLimit({
        tracker,
        costOf: (tokens) => ({ tokens }),
        onRefused: (tokens, error) => refused.push([tokens, (error as Error).name]),
      }),
      toArray(),
    );

    expect(await firstValueFrom(let$)).toEqual([3]);
    expect(refused).toEqual([[11, 'QuotaExceededError']]);
  });

  it('serves an LLMService: settles, gives back, tries again, shows no gate', async () => {
    const tracker = new TokensAtOnce(10, answerAs);
    const time = new VirtualTime();
    let refusals = 1;
    const service = LLMService.of<number, number>({
      modelName: 'm',
      rateTracker: tracker,
      scheduler: time,
      costOf: (tokens) => ({ tokens }),
      usageOf: (tokens) => ({ tokens: tokens / 2 }),
      process: (tokens, context) =>
        defer(() => {
          context.reportLimits({
            limits: [{ dim: 'tokens', limit: 1, remaining: 0, resetMs: 1 }],
            retryAfterMs: null,
            shouldPause: false,
            retryable: false,
          });
          const error = Object.assign(new Error('slow down'), { status: 429, headers: {} });
          return tokens === 6 && refusals-- > 0 ? throwError(() => error) : of(tokens);
        }),
    });
    const states: unknown[] = [];
    service.state$.subscribe(({ gate }) => states.push(gate));
    const answers = Promise.all([8, 6, 4].map((tokens) => service.callAsync(tokens)));
    for (let turn = 0; turn < 30; turn++) {
      await Promise.resolve();
      time.advance(1_000);
    }

    expect(await answers).toEqual([8, 6, 4]);
    expect(tracker.settled).toEqual(
      expect.arrayContaining([{ tokens: 4 }, { tokens: 0 }, { tokens: 3 }, { tokens: 2 }]),
    );
    expect(new Set(states)).toEqual(new Set([undefined]));
    expect(tracker.quotas).toMatchObject([{ used: 0 }]);
    await expect(service.callAsync(11)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await service.close();
  });

  it('has nothing taken by a call that is cancelled while it waits', async () => {
    const tracker = new TokensAtOnce(10, answerAs);
    const service = LLMService.of<number, number>({
      modelName: 'm',
      rateTracker: tracker,
      costOf: (tokens) => ({ tokens }),
      process: () => new Observable(),
    });
    const first = service.call(8).subscribe();
    const second = service.call(5).subscribe();
    await Promise.resolve();
    second.unsubscribe();
    first.unsubscribe();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();

    expect(tracker.quotas).toMatchObject([{ used: 0 }]);
    await service.close();
  });
});

describe('unitsOf', () => {
  it('names each unit once, in order', () => {
    const quotas = ['tokens', 'requests', 'tokens', 'usd'].map(
      (unit) => ({ unit }) as unknown as QuotaState,
    );

    expect(unitsOf({ quotas })).toEqual(['tokens', 'requests', 'usd']);
  });
});
