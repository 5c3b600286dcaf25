import { Observable, of, throwError, timer } from 'rxjs';
import { delay, mergeMap } from 'rxjs';
import {
  InMemoryRateTracker,
  LLMService,
  type LLMServiceOptions,
  quota,
  sharedQuota,
  TimeBoundedUsageTracker,
} from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';

const roomy = () => quota({ unit: 'requests', limit: 1_000, windowMs: 60_000, marginMs: 0 });
const tooMany = (seconds: number) =>
  Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after': `${seconds}` } });

/** A provider that takes 100 ms to answer, and 20 to refuse. */
class Provider {
  readonly log: string[] = [];
  /** Refuses what arrives before then. */
  isShutUntil = 0;

  constructor(private readonly time: VirtualTime) {}

  answer(name: string): Observable<string> {
    const { frame } = this.time;
    this.log.push(`${name} ${frame}`);
    const left = Math.ceil((this.isShutUntil - frame) / 1_000);
    if (left <= 0) return of(name).pipe(delay(100, this.time));
    return timer(20, this.time).pipe(mergeMap(() => throwError(() => tooMany(left))));
  }
}

describe.each<[string, (time: VirtualTime) => () => Partial<LLMServiceOptions>]>([
  [
    'one tracker',
    (scheduler) => {
      const rateTracker = new InMemoryRateTracker({ quotas: [roomy()], scheduler });
      return () => ({ rateTracker });
    },
  ],
  [
    'one sharedQuota',
    () => {
      const pool = sharedQuota(roomy());
      return () => ({ quotas: [pool, roomy()] });
    },
  ],
  [
    'one TimeBoundedUsageTracker',
    (scheduler) => {
      const rateTracker = new TimeBoundedUsageTracker({ scheduler });
      return () => ({ rateTracker, rateLimit: 1_000 });
    },
  ],
])('services that share %s', (_, share) => {
  let time: VirtualTime;
  let provider: Provider;
  let east: LLMService<string, string>;
  let west: LLMService<string, string>;
  let answers: string[];

  const ask = (service: LLMService<string, string>, names: string) => {
    for (const name of names)
      service.call(name).subscribe({
        next: (answer) => answers.push(`${answer} ${time.frame}`),
        error: (error: unknown) => {
          answers.push(`${name}! ${time.frame} ${(error as { code: string }).code}`);
        },
      });
  };

  beforeEach(() => {
    time = new VirtualTime();
    provider = new Provider(time);
    answers = [];
    const shared = share(time);
    const make = (serviceTag: string) =>
      LLMService.of<string, string>({
        modelName: 'm',
        serviceTag,
        scheduler: time,
        ...shared(),
        costOf: () => ({ requests: 1, tokens: 1 }),
        process: (name) => provider.answer(name),
      });
    [east, west] = [make('-east'), make('-west')];
  });

  it('all stop at a refusal of one, and try again with one call', () => {
    provider.isShutUntil = 3_000;
    ask(east, 'abc');
    time.advance(20);
    expect([east, west].map((service) => service.toJSON().gate?.status)).toEqual([
      'closed',
      'closed',
    ]);
    ask(west, 'def');
    ask(east, 'g');
    time.advance(2_999);
    expect(provider.log).toEqual(['a 0', 'b 0', 'c 0']);
    time.advance(60);
    // a, b and c were refused at 20 for 3 s, each; the refusals of b and c tell nothing new.
    expect(provider.log.splice(3)).toHaveLength(1);
    time.flush();

    expect(answers).toHaveLength(7);
    expect(
      answers
        .map((entry) => entry.charAt(0))
        .sort()
        .join(''),
    ).toBe('abcdefg');
    // The probe is answered at 3,120; a service that was refused itself proves it once more.
    expect(Math.max(...answers.map((entry) => Number(entry.split(' ')[1])))).toBeLessThanOrEqual(
      3_320,
    );
  });

  it('all fail at once when the provider wants too long a rest, and wait again later', () => {
    provider.isShutUntil = 1_000_000;
    ask(east, 'a');
    time.advance(20);
    ask(west, 'b');
    ask(east, 'c');
    expect(answers.map((entry) => entry.split(' ').slice(1).join(' '))).toEqual(
      Array(3).fill('20 RETRY_AFTER_TOO_LONG'),
    );
    time.advanceTo(500_000);
    ask(west, 'd');
    ask(east, 'e');
    expect(provider.log).toEqual(['a 0']);
    time.flush();

    expect(
      answers
        .slice(3)
        .map((entry) => entry.charAt(0))
        .sort(),
    ).toEqual(['d', 'e']);
    expect(time.timers).toBe(0);
  });
});

describe('the gate of a service', () => {
  /** For how long it is closed after so many refusals that do not say how long to wait. */
  function closedFor(retry: LLMServiceOptions['retry'], refusals = 1): number | undefined {
    const scheduler = new VirtualTime();
    const service = LLMService.of({
      modelName: 'm',
      quotas: [roomy()],
      scheduler,
      retry: { share: Infinity, ...retry },
      process: () => throwError(() => Object.assign(new Error('slow down'), { status: 429 })),
    });
    let reopensAt: number | undefined;
    service.state$.subscribe(({ gate }) => (reopensAt = gate?.reopensAt));
    service.call('x').subscribe({ error: () => {} });
    for (let refusal = 1; refusal < refusals; refusal++) scheduler.advanceTo(reopensAt ?? NaN);
    return reopensAt === undefined ? undefined : reopensAt - scheduler.now();
  }

  it.each<[NonNullable<LLMServiceOptions['retry']>, number, number]>([
    [{ baseMs: 40, random: () => 1 }, 1, 40],
    [{ baseMs: 40, random: () => 0 }, 1, 20],
    [{ random: () => 1 }, 1, 1_000],
    [{ baseMs: 40, maxMs: 50, random: () => 1 }, 2, 50],
  ])(
    'waits as its retries do where the provider does not say how long: %j',
    (retry, refusals, ms) => {
      expect(closedFor(retry, refusals)).toBe(ms);
    },
  );
});
