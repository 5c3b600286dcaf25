import { map } from 'rxjs';
import {
  type GateOptions,
  type GateState,
  InMemoryRateTracker,
  type Quota,
  quota,
  type Reservation,
  sharedQuota,
  TimeBoundedUsageTracker,
} from '../../src/index.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { LET_IN, limitOf, LOST, refused } from './readings.js';

const requests = (limit = 1_000) =>
  quota({ unit: 'requests', limit, windowMs: 60_000, marginMs: 0 });
const tokens = (limit = 1_000) => quota({ unit: 'tokens', limit, windowMs: 60_000, marginMs: 0 });
const ONE = { requests: 1, tokens: 1 };

describe('the gate of a tracker', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (quotas: Quota[], gate?: Partial<GateOptions>) =>
    new InMemoryRateTracker({ quotas, scheduler: time, ...(gate && { gate }) });

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  it('closes after a refusal for all that ask, who are let out when it reopens: one, then the rest', () => {
    const tracker = make([requests()]);
    client.askAll(tracker, 'ab', ONE);
    client.of('a').hear(refused(300));
    client.askAll(tracker, 'cde', ONE);
    expect(tracker.gate).toEqual({ status: 'closed', reopensAt: 300 });
    time.advanceTo(299);
    expect(client.news()).toEqual(['a 0', 'b 0']);
    time.advanceTo(500);
    expect(client.news()).toEqual(['c 300']);
    expect(tracker.gate).toEqual({ status: 'proving', reopensAt: undefined });
    client.of('c').hear(LET_IN);

    expect(client.news()).toEqual(['d 500', 'e 500']);
    expect(tracker.gate).toEqual({ status: 'open', reopensAt: undefined });
    expect(time.timers).toBe(0);
  });

  it('takes no more than there is room for when it reopens', () => {
    const tracker = make([requests(3)]);
    client.askAll(tracker, 'ab', ONE);
    client.of('a').hear(refused(300));
    client.askAll(tracker, 'cd', ONE);
    time.advanceTo(300);
    client.of('c').hear(LET_IN);
    expect(client.news()).toEqual(['a 0', 'b 0', 'c 300']);
    time.flush();

    expect(client.news()).toEqual(['d 60000']);
  });

  it('lets calls in flight go on, and is not closed longer by their refusals', () => {
    const tracker = make([requests()]);
    client.askAll(tracker, 'abc', ONE);
    client.of('b').hear(refused(300));
    client.ask(tracker, 'd', ONE);
    time.advanceTo(100);
    client.of('a').hear(refused(5_000));
    client.of('c').hear(refused(5_000));
    client.of('b').hear(refused(5_000));
    time.advanceTo(300);

    expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd 300']);
  });

  it('is not reopened by a call that was let out before it closed', () => {
    const tracker = make([requests()]);
    client.askAll(tracker, 'ab', ONE);
    client.of('a').hear(refused(300));
    client.of('b').hear(LET_IN);

    expect(tracker.gate.status).toBe('closed');
    time.advanceTo(300);
    client.askAll(tracker, 'cd', ONE);
    client.of('b').hear(LET_IN);
    expect(client.news()).toEqual(['a 0', 'b 0', 'c 300']);
  });

  it('closes again for twice as long when the probe is refused: half to all of it as drawn', () => {
    const drawn = [0, 1, 0.5];
    const tracker = make([requests()], { random: () => drawn.shift()! });
    client.ask(tracker, 'a', ONE);
    client.of('a').hear(refused(null));
    client.askAll(tracker, 'bcd', ONE);
    time.advanceTo(500);
    client.of('b').hear(refused(null));
    time.advanceTo(2_500);
    client.of('c').hear(refused(null));
    time.advanceTo(5_500);

    expect(client.news()).toEqual(['a 0', 'b 500', 'c 2500', 'd 5500']);
  });

  it.each([
    ['gives all back', () => client.of('b').giveBack()],
    ['is settled without a word', () => client.of('b').settle({})],
    [
      'was lost, and is settled',
      () => {
        client.of('b').hear(LOST);
        client.of('b').settle({});
      },
    ],
  ])('lets the next probe in the same turn when the probe %s', (_, end) => {
    const tracker = make([requests()]);
    client.ask(tracker, 'a', ONE);
    client.of('a').hear(refused(300));
    client.askAll(tracker, 'bcd', ONE);
    time.advanceTo(400);
    end();

    expect(client.news()).toEqual(['a 0', 'b 300', 'c 400']);
    expect(tracker.gate.status).toBe('proving');
  });

  it('goes on proving while nobody says what became of a probe that was lost', () => {
    const tracker = make([requests()]);
    client.ask(tracker, 'a', ONE);
    client.of('a').hear(refused(300));
    client.askAll(tracker, 'bc', ONE);
    time.advanceTo(400);
    client.of('b').hear(LOST);
    time.advanceTo(10_299);
    expect(client.news()).toEqual(['a 0', 'b 300']);
    time.advanceTo(10_300);

    expect(client.news()).toEqual(['c 10300']);
  });

  it('takes a probe that is silent for ten seconds for let in: all go', () => {
    const tracker = make([requests()]);
    client.ask(tracker, 'a', ONE);
    client.of('a').hear(refused(300));
    client.askAll(tracker, 'bcde', ONE);
    time.advanceTo(20_000);

    expect(client.news()).toEqual(['a 0', 'b 300', 'c 10300', 'd 10300', 'e 10300']);
    expect([tracker.gate.status, time.timers]).toEqual(['open', 0]);
  });

  it('is looked at again when a call is let out, however it came to wait', () => {
    const tracker = make([requests(1)]);
    client.askAll(tracker, 'ab', ONE);
    time.advanceTo(59_900);
    client.of('a').hear(refused(1_000));
    time.flush();

    expect(client.news()).toEqual(['a 0', 'b 60900']);
  });

  it('hears a refusal of a call that has been settled', () => {
    const tracker = make([requests()]);
    client.ask(tracker, 'a', ONE);
    client.of('a').settle({});
    client.of('a').hear(refused(300));
    client.ask(tracker, 'b', ONE);
    time.flush();

    expect(client.news()).toEqual(['a 0', 'b 300']);
  });

  describe('closed for longer than calls wait', () => {
    it('makes those who wait, and who ask, fail at once, and wait again when it is not so long', () => {
      const tracker = make([requests(2)], { maxRetryAfterMs: 1_000 });
      client.askAll(tracker, 'abcd', ONE);
      expect(client.news()).toEqual(['a 0', 'b 0']);
      client.of('a').hear(refused(5_000));
      expect(client.news()).toEqual(['c! 0 RETRY_AFTER_TOO_LONG', 'd! 0 RETRY_AFTER_TOO_LONG']);
      expect(time.timers).toBe(0);
      time.advanceTo(3_999);
      client.ask(tracker, 'e', ONE);
      expect(client.news()).toEqual(['e! 3999 RETRY_AFTER_TOO_LONG']);
      time.advanceTo(4_000);
      client.ask(tracker, 'f', ONE);
      expect([client.news(), time.timers]).toEqual([[], 1]);
      time.flush();

      expect(client.news()).toEqual(['f 60000']);
    });

    it('says for how long the provider takes no calls', () => {
      const tracker = make([requests()]);
      client.ask(tracker, 'a', ONE);
      client.of('a').hear(refused(277_403_000));
      time.advance(3_000);
      const errors: unknown[] = [];
      const subscribe = { error: (error: unknown) => errors.push(error) };
      (tracker.reserve(ONE) as { subscribe(o: typeof subscribe): void }).subscribe(subscribe);

      expect(errors).toMatchObject([{ retryAfterMs: 277_400_000, maxRetryAfterMs: 600_000 }]);
    });
  });

  describe('shared', () => {
    it.each([
      ['no limit', [], ['closed', 'closed', 'closed']],
      [
        'one of the shared unit',
        [limitOf({ dim: 'tokens', remaining: 0 })],
        ['closed', 'closed', 'open'],
      ],
      [
        'one of the other shared unit',
        [limitOf({ dim: 'input-tokens', remaining: 0 })],
        ['closed', 'open', 'closed'],
      ],
      [
        'one of its own unit',
        [limitOf({ dim: 'requests', remaining: 0 })],
        ['closed', 'open', 'open'],
      ],
      [
        'one that nobody counts',
        [limitOf({ dim: 'input-images', remaining: 0 })],
        ['closed', 'closed', 'closed'],
      ],
      [
        'one that is not used up',
        [limitOf({ dim: 'requests', remaining: 3 })],
        ['closed', 'closed', 'closed'],
      ],
      [
        'both shared ones',
        [limitOf({ dim: 'tokens', remaining: 0 }), limitOf({ dim: 'input-tokens', remaining: 0 })],
        ['closed', 'closed', 'closed'],
      ],
    ])('is closed for those whom a refusal concerns: it names %s', (_, limits, expected) => {
      const one = sharedQuota(tokens());
      const two = sharedQuota(quota({ unit: 'inputTokens', limit: 1_000, windowMs: 60_000 }));
      const trackers = [
        make([one, two, requests()]),
        make([one, requests()]),
        make([requests(), two]),
      ];
      client.ask(trackers[0]!, 'a', ONE);
      client.of('a').hear(refused(300, ...limits));

      expect(trackers.map(({ gate }) => gate.status)).toEqual(expected);
    });

    it('lets one of all who share it probe, and the rest of all follow in the same turn', () => {
      const pool = sharedQuota(tokens());
      const [east, west] = [make([pool, requests()]), make([pool])] as const;
      client.ask(east, 'a', ONE);
      client.of('a').hear(refused(300, limitOf({ dim: 'tokens', remaining: 0 })));
      client.askAll(west, 'bc', ONE);
      client.askAll(east, 'de', ONE);
      time.advanceTo(400);
      expect(client.news()).toEqual(['a 0', 'b 300']);
      client.of('b').hear(LET_IN);
      // East was refused itself, and proves by itself that it is let in again.
      expect(client.news()).toEqual(['c 400', 'd 400']);
      client.of('d').hear(LET_IN);

      expect(client.news()).toEqual(['e 400']);
      expect([east.gate.status, west.gate.status, time.timers]).toEqual(['open', 'open', 0]);
    });

    it('is closed for every service over one TimeBoundedUsageTracker, whatever unit is named', () => {
      const rateTracker = new TimeBoundedUsageTracker({ windowMs: 60_000, scheduler: time });
      const [east, west] = [1, 2].map(
        () => new InMemoryRateTracker({ rateLimit: 100, rateTracker }),
      ) as [InMemoryRateTracker, InMemoryRateTracker];
      client.ask(east, 'a');
      client.of('a').hear(refused(300, limitOf({ remaining: 0 })));
      client.askAll(west, 'bc');
      expect([east.gate.status, west.gate.status]).toEqual(['closed', 'closed']);
      time.advanceTo(310);
      client.of('b').hear(LET_IN);

      expect(client.news()).toEqual(['a 0', 'b 300', 'c 310']);
      expect([east.gate.status, west.gate.status]).toEqual(['proving', 'open']);
    });

    it.each([
      [
        'a sharedQuota',
        () => make([sharedQuota(tokens())], { random: () => 0, maxRetryAfterMs: 900 }),
      ],
      [
        'a TimeBoundedUsageTracker',
        () =>
          new InMemoryRateTracker({
            rateLimit: 100,
            rateTracker: new TimeBoundedUsageTracker({ scheduler: time }),
            gate: { random: () => 0, maxRetryAfterMs: 900 },
          }),
      ],
    ])('over %s does as the tracker says that was refused', (_, makeOne) => {
      const tracker = makeOne();
      client.ask(tracker, 'a', ONE);
      client.of('a').hear(refused(null));
      expect(tracker.gate.reopensAt).toBe(500);
      time.advanceTo(500);
      client.ask(tracker, 'b', ONE);
      client.of('b').hear(refused(901));
      client.ask(tracker, 'c', ONE);

      expect(client.news()).toEqual(['a 0', 'b 500', 'c! 500 RETRY_AFTER_TOO_LONG']);
    });

    it('waits longer than ten minutes for who says that it may', () => {
      const rateTracker = new TimeBoundedUsageTracker({ scheduler: time });
      const gate = { maxRetryAfterMs: 3_600_000 };
      const tracker = new InMemoryRateTracker({ rateLimit: 100, rateTracker, gate });
      client.ask(tracker, 'a', ONE);
      client.of('a').hear(refused(3_600_000));
      client.ask(tracker, 'b', ONE);
      time.flush();

      expect(client.news()).toEqual(['a 0', 'b 3600000']);
    });

    it('does what it was made for where that was said', () => {
      const pool = sharedQuota(tokens(), { maxRetryAfterMs: 100 });
      const [east, west] = [make([pool]), make([pool], { maxRetryAfterMs: 1_000 })] as const;
      client.ask(east, 'a', ONE);
      client.of('a').hear(refused(500));
      client.ask(west, 'b', ONE);

      expect(client.news()).toEqual(['a 0', 'b! 0 RETRY_AFTER_TOO_LONG']);
    });

    it('passes a call by once, though its shared quota was given twice', () => {
      const pool = sharedQuota(tokens());
      const tracker = make([pool, pool]);
      client.askAll(tracker, 'a', ONE);
      expect(tracker.quotas).toMatchObject([{ unit: 'tokens', used: 1 }]);
      client.of('a').hear(refused(300));
      client.askAll(tracker, 'bcd', ONE);
      time.advanceTo(310);

      expect(client.news()).toEqual(['a 0', 'b 300']);
    });
  });

  describe('to be watched', () => {
    it('tells each change, also those by time alone', () =>
      marbles(({ cold, expectObservable }) => {
        const tracker = new InMemoryRateTracker({ quotas: [requests()] });
        const status$ = tracker.gate$.pipe(map(({ status }) => status.charAt(0)));
        const name = new Map<string, () => void>();
        const ask = (key: string) => {
          const [reservation] = tracker.reserve(ONE) as [Required<Reservation>];
          name.set(key, () => reservation.hear(key === 'a' ? refused(4) : LET_IN));
        };
        const steps = {
          a: () => ask('a'),
          r: () => name.get('a')!(),
          b: () => ask('b'),
          i: () => name.get('b')!(),
        };
        cold('       a-r-----b-i', steps).subscribe((step) => step());
        const expected = 'o-c---p---o';

        expectObservable(status$, '^----------!').toBe(expected);
        expectObservable(status$, '----^------!').toBe('----c-p---o');
      }));

    it('tells that a silent probe counts as let in, by time alone', () => {
      const tracker = make([requests()]);
      const seen: string[] = [];
      const watching = tracker.gate$.subscribe(({ status }: GateState) => {
        seen.push(`${status} ${time.frame}`);
      });
      client.ask(tracker, 'a', ONE);
      client.of('a').hear(refused(300));
      client.ask(tracker, 'b', ONE);
      time.flush();

      expect(seen).toEqual(['open 0', 'closed 0', 'proving 300', 'open 10300']);
      watching.unsubscribe();
      expect(time.timers).toBe(0);
    });

    it('tells until when the one is closed that is closed longest', () => {
      const [one, two] = [sharedQuota(tokens()), sharedQuota(requests())];
      const both = make([one, two]);
      const [first, second] = [make([one]), make([two])] as const;
      const seen: unknown[] = [];
      both.gate$.subscribe(({ status, reopensAt }) => seen.push([time.frame, status, reopensAt]));
      client.ask(first, 'a', ONE);
      client.ask(second, 'b', ONE);
      client.of('a').hear(refused(500));
      client.of('b').hear(refused(300));
      time.advanceTo(310);
      client.ask(second, 'c', ONE);
      client.of('c').hear(refused(500));
      time.flush();

      expect(seen).toEqual([
        [0, 'open', undefined],
        [0, 'closed', 500],
        [310, 'closed', 810],
        [810, 'proving', undefined],
      ]);
    });

    it('holds a timer only while it is observed and is about to change, or somebody waits', () => {
      const tracker = make([requests()]);
      client.ask(tracker, 'a', ONE);
      client.of('a').hear(refused(300));
      expect(time.timers).toBe(0);
      const watching = tracker.gate$.subscribe();
      expect(time.timers).toBe(1);
      client.ask(tracker, 'b', ONE);
      expect(time.timers).toBe(2);
      watching.unsubscribe();
      client.leave('b');
      expect(time.timers).toBe(0);
      tracker.gate$.subscribe();
      time.flush();

      expect([time.frame, time.timers]).toEqual([300, 0]);
    });
  });
});
