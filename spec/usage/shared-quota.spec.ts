import { asyncScheduler, BehaviorSubject, Observable, Subject } from 'rxjs';
import {
  InMemoryRateTracker,
  type Quota,
  quota,
  sharedQuota,
  type Usage,
} from '../../src/index.js';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { limitOf, refused } from './readings.js';

const pool = (limit: Quota['limit'], windowMs = 10, unit = 'tokens') =>
  sharedQuota({ unit, limit, windowMs, marginMs: 0 });
const own = (limit: Quota['limit'], windowMs = 10, unit = 'requests') =>
  quota({ unit, limit, windowMs, marginMs: 0 });
const tokens = (amount: number): Usage => ({ tokens: amount });

describe('sharedQuota', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (...quotas: Quota[]) => new InMemoryRateTracker({ quotas, scheduler: time });

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  it('is one window for all who were given it', () => {
    const shared = pool(10);
    const [east, west] = [make(shared), make(shared, own(5))] as const;
    client.ask(east, 'a', tokens(4));
    client.ask(west, 'b', tokens(6));
    client.ask(east, 'c', tokens(1));
    time.advance(10);

    expect(client.news()).toEqual(['a 0', 'b 0', 'c 10']);
    expect([east.quotas, west.quotas]).toMatchObject([[{ used: 1 }], [{ used: 1 }, { used: 0 }]]);
  });

  it('is another one for each time that it is made, though of the same quota', () => {
    const options = own(1);
    const [east, west] = [make(sharedQuota(options)), make(sharedQuota(options))] as const;
    client.ask(east, 'a');
    client.ask(west, 'b');

    expect(client.news()).toEqual(['a 0', 'b 0']);
  });

  it('counts on while no tracker is open', () => {
    const shared = pool(10);
    const east = make(shared);
    client.ask(east, 'a', tokens(8));
    east.close();
    time.advance(5);
    client.ask(make(shared), 'b', tokens(8));
    time.flush();

    expect(client.news()).toEqual(['a 0', 'b 10']);
  });

  it('charges all or none of quotas that trackers share in part', () => {
    const [one, two, three] = [pool(10), pool(10), pool(10)];
    const [a, b, c] = [make(one, two), make(two, three), make(three, one)] as const;
    client.ask(a, 'a', tokens(6));
    client.ask(b, 'b', tokens(4));
    client.ask(c, 'c', tokens(7));
    expect(client.news()).toEqual(['a 0', 'b 0']);
    const used = [one, two, three].map((shared) => make(shared).quotas[0]!.used);
    expect(used).toEqual([6, 10, 4]);
    time.advance(10);

    expect(client.news()).toEqual(['c 10']);
  });

  describe('while others wait for it', () => {
    it('serves who came first, whichever tracker it asked', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(10));
      client.ask(west, 'b', tokens(6));
      client.ask(east, 'c', tokens(6));
      client.ask(west, 'd', tokens(1));
      client.ask(east, 'e', tokens(3));
      time.advance(30);

      expect(client.news()).toEqual(['a 0', 'b 10', 'c 20', 'd 20', 'e 20']);
    });

    it('does not let a newcomer overtake, though it would fit and its own line is empty', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(6));
      client.ask(east, 'b', tokens(6));
      time.advance(1);
      client.ask(west, 'c', tokens(1));
      time.advance(20);

      expect(client.news()).toEqual(['a 0', 'b 10', 'c 10']);
    });

    it('serves the second of one line before the first of another that came later', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(10));
      client.askAll(east, 'bc', tokens(5));
      client.ask(west, 'd', tokens(5));
      client.ask(east, 'e', tokens(5));
      time.advance(30);

      expect(client.news()).toEqual(['a 0', 'b 10', 'c 10', 'd 20', 'e 20']);
    });

    it('gives the turn of one that leaves to the next in its line, who came before the others', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(5));
      client.ask(east, 'b', tokens(10));
      client.ask(east, 'c', tokens(5));
      client.ask(west, 'd', tokens(5));
      client.leave('b');

      expect(client.news()).toEqual(['a 0', 'c 0']);
      time.advance(10);
      expect(client.news()).toEqual(['d 10']);
    });

    it('lets those behind in other lines go in the turn in which one leaves', () => {
      const shared = pool(10);
      const [east, west, north] = [make(shared), make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(6));
      client.ask(east, 'b', tokens(6));
      client.ask(west, 'c', tokens(3));
      client.ask(north, 'd', tokens(1));
      time.advance(3);
      expect(client.news()).toEqual(['a 0']);
      client.leave('b');

      expect(client.news()).toEqual(['c 3', 'd 3']);
      expect(time.timers).toBe(0);
    });

    it('lets those behind go when one leaves, and the next in its line is refused then', () => {
      // The turn was passed on to the next for one quota, then for the other, when that one was long gone.
      const limit$ = new BehaviorSubject(10);
      const [one, two] = [pool(10, 10, 'x'), pool(10, 20, 'y')];
      const east = make(one, two, own(limit$, 10, 'z'));
      const [north, south] = [make(one), make(two)] as const;
      client.ask(north, 'a', { x: 10 });
      client.ask(east, 'b', { x: 1, y: 1, z: 1 });
      client.ask(east, 'c', { x: 1, y: 1, z: 9 });
      time.advance(5);
      client.ask(south, 'd', { y: 10 });
      limit$.next(5);
      client.leave('b');
      expect(client.news()).toEqual(['a 0', 'd 5', 'c! 5 QUOTA_EXCEEDED']);
      time.advance(20);
      client.ask(north, 'e', { x: 10 });
      client.ask(south, 'f', { y: 10 });

      expect(client.news()).toEqual(['e 25', 'f 25']);
    });

    it('passes a turn on only for what the next in line waits for as well', () => {
      const [one, two] = [pool(10, 10, 'x'), pool(10, 20, 'y')];
      const [east, north, south] = [make(one, two), make(one), make(two)] as const;
      client.ask(south, 'a', { y: 10 });
      client.ask(north, 'b', { x: 5 });
      client.ask(east, 'c', { x: 6, y: 0 });
      client.ask(east, 'd', { x: 1, y: 5 });
      client.ask(north, 'e', { x: 4 });
      expect(client.news()).toEqual(['a 0', 'b 0']);
      client.leave('c');

      expect(client.news()).toEqual(['e 0']);
      time.advance(20);
      expect(client.news()).toEqual(['d 20']);
    });

    it('lets those behind in other lines go when one is refused', () => {
      const limit$ = new BehaviorSubject(6);
      const shared = pool(10);
      const [east, west] = [make(shared, own(limit$, 10, 'tokens')), make(shared)] as const;
      client.ask(west, 'a', tokens(6));
      client.ask(east, 'b', tokens(6));
      client.ask(west, 'c', tokens(3));
      expect(client.news()).toEqual(['a 0']);
      limit$.next(5);

      expect(client.news()).toEqual(['b! 0 QUOTA_EXCEEDED', 'c 0']);
    });

    it('lets those behind go when the tracker of the one that waits is closed', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(6));
      client.askAll(east, 'bc', tokens(6));
      client.ask(west, 'd', tokens(3));
      east.close();

      expect(client.news()).toEqual(['a 0', 'd 0']);
      expect(time.timers).toBe(0);
      client.leave('b');
      time.advance(20);
      client.ask(west, 'e', tokens(10));
      expect([client.news(), time.timers]).toEqual([['e 20'], 0]);
      east.open();
      expect(time.timers).toBe(1);
      time.flush();
      expect(client.news()).toEqual(['c 30']);
    });

    it('serves nobody of a closed tracker, which does not know whether the limit is still true', () => {
      const limit$ = new BehaviorSubject(10);
      const tracker = make(own(limit$, 10, 'tokens'));
      client.ask(tracker, 'a', tokens(5));
      client.ask(tracker, 'b', tokens(10));
      client.ask(tracker, 'c', tokens(4));
      tracker.close();
      limit$.next(5);
      client.leave('b');
      expect([client.news(), time.timers]).toEqual([['a 0'], 0]);
      tracker.open();
      expect(client.news()).toEqual([]);
      time.flush();

      expect(client.news()).toEqual(['c 10']);
    });

    it('does not hold up others for what is private to the one that waits', () => {
      const shared = pool(10);
      const [east, west] = [make(shared, own(1, 50)), make(shared)] as const;
      client.ask(east, 'a', tokens(4));
      client.ask(east, 'b', tokens(4));
      client.ask(west, 'c', tokens(4));
      time.advance(10);
      client.ask(west, 'd', tokens(10));
      time.advance(40);

      expect(client.news()).toEqual(['a 0', 'c 0', 'd 10', 'b 50']);
    });

    it('does not hold up others for a gate that is private to the one that waits', () => {
      const shared = pool(10);
      const [east, west] = [make(shared, own(9)), make(shared)] as const;
      client.ask(east, 'a', tokens(4));
      client.of('a').hear(refused(30, limitOf({ remaining: 0 })));
      client.ask(east, 'b', tokens(4));
      client.ask(west, 'c', tokens(4));
      time.advance(30);

      expect(client.news()).toEqual(['a 0', 'c 0', 'b 30']);
    });

    it('lets others go at once when a private gate becomes what the one that waits must wait for', () => {
      const shared = pool(10);
      const [east, west] = [make(shared, own(9)), make(shared)] as const;
      client.ask(east, 'a', tokens(1));
      client.ask(west, 'b', tokens(5));
      client.ask(east, 'c', tokens(6));
      client.ask(west, 'd', tokens(3));
      expect(client.news()).toEqual(['a 0', 'b 0']);
      client.of('a').hear(refused(30, limitOf({ remaining: 0 })));

      expect(client.news()).toEqual(['d 0']);
      time.advance(30);
      expect(client.news()).toEqual(['c 30']);
    });

    it('lets others go at once when the one that waits no longer waits for it', () => {
      const limit$ = new BehaviorSubject(5);
      const shared = pool(10);
      const [east, west] = [make(shared, own(limit$, 50, 'tokens')), make(shared)] as const;
      client.ask(east, 'a', tokens(2));
      client.ask(west, 'b', tokens(7));
      client.ask(east, 'c', tokens(2));
      client.ask(west, 'd', tokens(1));
      expect(client.news()).toEqual(['a 0', 'b 0']);
      time.advance(4);
      limit$.next(3);

      expect(client.news()).toEqual(['d 4']);
      time.advance(46);
      expect(client.news()).toEqual(['c 50']);
    });

    it('never starves who needs two that are hardly ever free at once', () => {
      const [one, two] = [pool(10, 10, 'x'), pool(10, 10, 'y')];
      const [both, first, second] = [make(one, two), make(one), make(two)] as const;
      client.ask(first, 'a', { x: 10 });
      time.advance(5);
      client.ask(second, 'b', { y: 10 });
      client.ask(both, 'c', { x: 10, y: 10 });
      const greedy = (tracker: InMemoryRateTracker, name: string, cost: Usage) => {
        for (let i = 0; i < 5; i++) client.ask(tracker, name, cost);
      };
      greedy(first, 'x', { x: 10 });
      greedy(second, 'y', { y: 10 });
      time.advance(30);

      // x is left to who came behind while c waits for y; then c waits for both, and nobody takes them.
      expect(client.news().filter((entry) => !/^[xy]/.test(entry))).toEqual(['a 0', 'b 5', 'c 20']);
    });

    it('gives a newcomer its turn also while its line is being served', () => {
      const shared = pool(10, 100);
      const [east, west] = [make(shared, own(1)), make(shared)] as const;
      client.ask(west, 'a', tokens(9));
      client.ask(east, 'b', tokens(1));
      client.ask(east, 'c', tokens(0));
      client.onGranted = (name) => {
        if (name !== 'c') return;
        client.ask(east, 'd', { requests: 0, tokens: 6 });
        client.of('a').giveBack();
        client.ask(west, 'e', tokens(6));
      };
      time.advance(120);

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 10', 'd 10', 'e 110']);
    });

    it('holds no turn and sets no timer when its tracker is closed while its line is being served', () => {
      const shared = pool(10);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(10));
      client.askAll(east, 'bc', tokens(6));
      client.onGranted = () => {
        east.close();
      };
      time.advance(10);
      client.ask(west, 'd', tokens(4));

      expect(client.news()).toEqual(['a 0', 'b 10', 'd 10']);
      expect(time.timers).toBe(0);
    });
  });

  describe('with a limit that changes', () => {
    function watched(values$: Observable<number>) {
      const counts = { subscribed: 0, open: 0 };
      const limit$ = new Observable<number>((subscriber) => {
        counts.subscribed += 1;
        counts.open += 1;
        subscriber.add(() => (counts.open -= 1));
        return values$.subscribe(subscriber);
      });
      return { counts, limit$ };
    }

    it('watches it once, from its first tracker until its last has closed', () => {
      const { counts, limit$ } = watched(new BehaviorSubject(5));
      const shared = pool(limit$);
      expect(counts).toEqual({ subscribed: 0, open: 0 });
      const [east, west] = [make(shared), make(shared, own(3))] as const;
      expect(counts).toEqual({ subscribed: 1, open: 1 });
      for (const tracker of [east, east]) tracker.close();
      expect(counts.open).toBe(1);
      west.close();
      expect(counts.open).toBe(0);
      east.open();
      east.open();
      expect(counts).toEqual({ subscribed: 2, open: 1 });
      east.close();

      expect(counts.open).toBe(0);
    });

    it('serves those who wait, in whichever tracker, in the turn in which it is raised', () => {
      const limit$ = new BehaviorSubject(5);
      const shared = pool(limit$);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(5));
      client.ask(west, 'b', tokens(2));
      client.ask(east, 'c', tokens(3));
      time.advance(1);
      limit$.next(10);

      expect(client.news()).toEqual(['a 0', 'b 1', 'c 1']);
    });

    it('lets nothing out before it is known, and then in order', () => {
      const limit$ = new Subject<number>();
      const shared = pool(limit$);
      const [east, west] = [make(shared), make(shared)] as const;
      client.ask(east, 'a', tokens(2));
      client.ask(west, 'b', tokens(2));
      client.ask(east, 'c', tokens(2));
      expect([client.news(), time.timers]).toEqual([[], 0]);
      limit$.next(4);
      time.advance(10);

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 10']);
    });

    it('reports its faults in every tracker', () => {
      const limit$ = new BehaviorSubject(5);
      const shared = pool(limit$);
      const faults: string[] = [];
      for (const tracker of [make(shared), make(own(3), shared)])
        tracker.faults$.subscribe((fault) => faults.push((fault as Error).message));
      limit$.next(-1);

      const message = 'rxllm: option quota.limit is -1; allowed: a finite number above 0';
      expect(faults).toEqual([message, message]);
    });
  });

  describe('shared by trackers of different schedulers', () => {
    it('is refused by name, and nothing of the tracker is left', () => {
      const limit$ = new BehaviorSubject(5);
      const shared = pool(10);
      const tracker = make(shared);
      const error = errorOf(
        () =>
          new InMemoryRateTracker({ quotas: [pool(limit$), shared], scheduler: new VirtualTime() }),
      );

      expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'scheduler' });
      expect(limit$.observed).toBe(false);
      client.ask(tracker, 'a', tokens(10));
      expect(client.news()).toEqual(['a 0']);
    });

    it('is refused also when the others have closed, as what they used still counts', () => {
      const shared = pool(10);
      make(shared).close();

      expect(
        errorOf(() => new InMemoryRateTracker({ quotas: [shared], scheduler: asyncScheduler })),
      ).toMatchObject({
        message:
          'rxllm: option scheduler is not that of the others who share a quota; allowed: one scheduler for all who share it',
      });
    });
  });

  it('stands still for a step back of the clock once for all', () => {
    time = new VirtualTime();
    client = new Client(time);
    const shared = sharedQuota({
      unit: 'tokens',
      limit: 10,
      windowMs: 100,
      marginMs: 0,
      model: 'fixed-window',
    });
    const [east, west] = [make(shared), make(shared)] as const;
    client.ask(west, 'a', tokens(1));
    time.advance(250);
    client.ask(east, 'b', tokens(10));
    time.step(-200);
    // West has not looked since 0: for its own clock no step was made.
    client.ask(west, 'c', tokens(5));
    time.flush();

    expect(client.news()).toEqual(['a 0', 'b 250', 'c 300']);
  });
});
