import { CallQueue } from '../../src/queue/call-queue.js';
import { Filled, ids, Queued } from './queued.js';

const equal = () => new Filled(new CallQueue());

function weighted(weights: Record<string, number>): Filled {
  return new Filled(new CallQueue((tenant = '-') => weights[tenant] ?? 1));
}

const times = (letter: string, text: string) => text.split(letter).length - 1;

/** How many lines of tenants, empty ones too, are remembered. */
function remembered(queue: CallQueue<Queued>): number {
  const { levels } = queue as unknown as {
    levels: Map<number, { shares?: { lines: Map<unknown, unknown> } }>;
  };
  return [...levels.values()].reduce((sum, { shares }) => sum + (shares?.lines.size ?? 1), 0);
}

describe('CallQueue, between tenants', () => {
  it('lets equals go in turn, each first in, first out', () => {
    const line = equal();
    const [one, two] = line.push('aa');
    line.push('bbbcc');
    line.push('a');

    expect(line.queue.first).toBe(one);
    expect(line.take(3)).toBe('abc');
    expect(line.queue.first).toBe(two);
    expect(line.take()).toBe('abcab');
  });

  it('shares by size, not by number', () => {
    const line = equal();
    line.push('a'.repeat(20), { size: 3 });
    line.push('b'.repeat(60), { size: 1 });

    for (let round = 0; round < 10; round++) expect(times('a', line.take(8))).toBe(2);
  });

  it('shares by weight', () => {
    const line = weighted({ a: 3 });
    line.push('a'.repeat(60) + 'b'.repeat(60));

    for (let round = 0; round < 10; round++) expect(times('a', line.take(4))).toBe(3);
  });

  it('shares by size and weight: one large call is paid for by many small ones', () => {
    const line = weighted({ a: 2 });
    line.push('a', { size: 20 });
    line.push('b'.repeat(20));
    line.push('a', { size: 20 });

    expect(line.take()).toBe('a' + 'b'.repeat(10) + 'a' + 'b'.repeat(10));
  });

  it('counts a size of 0 as 1', () => {
    const line = equal();
    line.push('aaaa', { size: 0 });
    line.push('bbbb', { size: 1 });

    expect(line.take()).toBe('abababab');
    line.push('aaa', { size: 0 });
    expect(line.queue.ahead({ priority: 0, tenant: 'a', size: 0 })).toMatchObject({
      calls: 3,
      size: 3,
    });
  });

  it('takes those without a tenant for one more tenant', () => {
    const line = equal();
    line.push('aaa');
    for (const id of [-1, -2, -3]) line.queue.push(new Queued(id), 0);

    expect(line.take()).toBe('a-a-a-');
  });

  it('gives the share of one that is idle to the others', () => {
    const line = equal();
    line.push('a' + 'b'.repeat(10) + 'c'.repeat(10));

    expect(line.take(3)).toBe('abc');
    expect(line.take(6)).toBe('bcbcbc');
  });

  it.each(['came back', 'is new'])('gives no credit for idling to one that %s', (which) => {
    const line = equal();
    if (which === 'came back') line.push('a');
    line.push('b'.repeat(50) + 'c'.repeat(50));
    line.take(41);
    line.push('a'.repeat(10));

    expect(times('a', line.take(9))).toBeLessThanOrEqual(4);
  });

  it('keeps the debt of one that empties its line and comes back', () => {
    const line = equal();
    line.push('a', { size: 10 });
    line.push('b'.repeat(20));
    expect(line.take(1)).toBe('a');
    line.push('a');

    expect(line.take(12)).toBe('b'.repeat(10) + 'ab');
  });

  it('keeps the debt of one whose line is cancelled, too', () => {
    const line = equal();
    const [, rest] = [line.push('a', { size: 10 }), line.push('a'), line.push('b'.repeat(20))];
    line.take(1);
    line.queue.remove(rest[0]!);
    line.push('a');

    expect(line.take(12)).toBe('b'.repeat(10) + 'ab');
  });

  it('forgets debt when all of the priority have left', () => {
    const line = equal();
    line.push('a', { size: 1_000 });
    line.push('b');
    line.take();
    line.push('abab');

    expect(line.take()).toBe('abab');
  });

  it('remembers what tenants had of one priority while another becomes empty', () => {
    const line = equal();
    line.push('a', { size: 10 });
    line.push('b'.repeat(20));
    line.push('x', { priority: 1 });
    expect(line.take(2)).toBe('xa');
    line.push('a');

    expect(line.take(12)).toBe('b'.repeat(10) + 'ab');
  });

  it.each([1, 2])(
    'starves nobody, though %i new tenants come for each call let out',
    (newcomers) => {
      const queue = new CallQueue<Queued>();
      const waiting = new Queued(-1, { tenant: 'old' });
      queue.push(new Queued(-2, { tenant: 'old', size: 5 }), 0);
      queue.push(waiting, 0);
      let id = 0;
      let taken = 0;
      while (waiting.isQueued && taken < 1_000) {
        for (let one = 0; one < newcomers; one++) {
          queue.push(new Queued(++id, { tenant: `new ${id}` }), 0);
        }
        queue.take(queue.first!);
        taken += 1;
      }

      expect(waiting.isQueued).toBe(false);
    },
  );

  it('lets newcomers have their share after one of immense weight has left', () => {
    const line = weighted({ x: 1e17 });
    line.push('x' + 'a'.repeat(20) + 'b'.repeat(20));
    line.take(3);
    line.push('c'.repeat(20));

    expect(times('c', line.take(12))).toBeGreaterThanOrEqual(3);
  });

  it('charges nobody for what is cancelled', () => {
    const line = equal();
    const [large] = line.push('a', { size: 1_000 });
    line.push('aabb');
    line.queue.remove(large!);

    expect(line.take()).toBe('abab');
  });

  it('charges for what is let out from the middle', () => {
    const line = equal();
    const [, second] = line.push('aaa', { size: 2 });
    line.push('bbbb');
    line.queue.take(second!);

    expect(line.take()).toBe('bbabba');
  });

  it('says false for what is not queued, and charges nobody', () => {
    const line = equal();
    const [one] = line.push('aaabbb', { size: 1 });
    expect(line.queue.take(one!)).toBe(true);
    expect(line.queue.take(one!)).toBe(false);
    expect(new CallQueue<Queued>().take(line.queue.first!)).toBe(false);

    expect(line.queue.size).toBe(5);
    expect(line.take()).toBe('babab');
  });

  it('puts back to the front of the line, and does not forget the charge: each try counts', () => {
    const line = equal();
    const [one] = line.push('aabbb');
    line.take(1);
    line.queue.putBack(one!);

    expect(line.take(1)).toBe('b');
    expect(line.queue.first).toBe(one);
    expect(line.take()).toBe('abab');
  });

  it('goes by priority first, whatever a tenant has had', () => {
    const line = equal();
    line.push('aaa', { priority: 1, size: 100 });
    line.push('b', { priority: 0 });

    expect(line.take()).toBe('aaab');
  });

  it('ages by the oldest of all tenants, though it is not next of its priority', () => {
    const line = equal();
    line.push('a', { size: 10 }, 0);
    line.push('a', {}, 1);
    line.push('bb', {}, 50_000);
    line.take(1);
    line.push('x', { priority: 1 }, 60_002);

    expect(line.take()).toBe('bbax');
  });

  it.each([
    ['the other first when the one that was alone was served last', false, 'ba'],
    ['equals in turn once nothing was in flight any more', true, 'ab'],
  ])('lets go %s', (_, rests, taken) => {
    const line = equal();
    line.push('a');
    line.take();
    if (rests) line.queue.rest();
    line.push('ab');

    expect(line.take()).toBe(taken);
  });

  it('lets equals go in turn where none was served yet', () => {
    const line = equal();
    for (const id of [-1, -2]) line.queue.push(new Queued(id), 0);
    line.push('a');

    expect(line.take()).toBe('-a-');
  });

  describe('reads the weight', () => {
    it('of a tenant when its line opens, and again when it reopens', () => {
      const asked: (string | undefined)[] = [];
      const queue = new CallQueue<Queued>((tenant) => asked.push(tenant));
      const line = new Filled(queue);
      line.push('aab');
      line.take(1);
      expect(asked).toEqual(['a', 'b']);
      line.take();
      line.push('ab');

      expect(asked).toEqual(['a', 'b', 'a', 'b']);
    });

    it('of a tenant once, whatever else it queues while it has calls queued', () => {
      const asked: (string | undefined)[] = [];
      const line = new Filled(new CallQueue<Queued>((tenant) => asked.push(tenant)));
      line.push('abaabb');

      expect(asked).toEqual(['a', 'b']);
    });

    it('anew, once the old line is empty', () => {
      const weights: Record<string, number> = {};
      const line = weighted(weights);
      line.push('c'.repeat(99) + 'ab');
      line.take(3);
      weights['a'] = 3;
      line.push('a'.repeat(30) + 'b'.repeat(30));
      const taken = line.take(25);

      expect([times('a', taken), times('b', taken), times('c', taken)]).toEqual([15, 5, 5]);
    });

    it('anew, though its debt is kept', () => {
      const weights: Record<string, number> = {};
      const line = weighted(weights);
      line.push('a', { size: 4 });
      line.push('b'.repeat(40));
      line.take(1);
      weights['a'] = 3;
      line.push('a'.repeat(20));

      expect(line.take(4)).toBe('bbbb');
      expect(times('a', line.take(8))).toBe(6);
    });

    it.each([
      ['is empty', ''],
      ['has one tenant', 'a'],
      ['has several', 'ab'],
    ])('and is whole if that throws while it %s', (_, tenants) => {
      const line = new Filled(
        new CallQueue((tenant) => {
          if (tenant === 'x') throw new Error('no weight');
          return 1;
        }),
      );
      line.push(tenants);
      for (const priority of [0, 5]) {
        expect(() => line.push('x', { priority })).toThrow('no weight');
      }

      expect([line.queue.size, line.queue.first?.tenant]).toEqual([tenants.length, tenants[0]]);
      line.push('b', { priority: 1 });
      expect(line.take()).toBe('b' + tenants);
      expect([...line.queue]).toEqual([]);
    });
  });
});

describe('CallQueue shows', () => {
  it('the lowest: the oldest of the lowest priority, whatever its tenant', () => {
    const line = equal();
    expect(line.queue.lowest).toBeUndefined();
    line.push('a', { priority: 1 });
    const [b, a] = line.push('ba', {});
    line.push('c', { priority: 2 });

    expect(line.queue.lowest).toBe(b);
    line.queue.remove(b!);
    expect(line.queue.lowest).toBe(a);
    line.queue.remove(a!);
    expect(line.queue.lowest).toMatchObject({ tenant: 'a', priority: 1 });
    const [lower] = line.push('z', { priority: -4 });
    expect(line.queue.lowest).toBe(lower);
  });

  it('the lowest also when what was asked for before has left', () => {
    const line = equal();
    line.push('a', { priority: -1 });
    line.take();
    expect(line.queue.lowest).toBeUndefined();
    const [one] = line.push('b', { priority: 3 });

    expect(line.queue.lowest).toBe(one);
  });

  it('its lines: how many of each priority and tenant, only where there are some', () => {
    const line = equal();
    line.push('aab');
    line.push('c', { priority: 4 });
    line.queue.push(new Queued(-1, { priority: 4 }), 0);
    const [gone] = line.push('x');
    line.queue.remove(gone!);

    expect([...line.queue.lines()]).toEqual([
      { priority: 0, tenant: 'a', queued: 2 },
      { priority: 0, tenant: 'b', queued: 1 },
      { priority: 4, tenant: 'c', queued: 1 },
      { priority: 4, tenant: undefined, queued: 1 },
    ]);
    line.take();
    expect([...line.queue.lines()]).toEqual([]);
  });

  it('all that are queued, line by line', () => {
    const line = equal();
    line.push('abab');
    line.push('a', { priority: 2 });

    expect(ids(line.queue)).toEqual([1, 3, 2, 4, 5]);
  });

  describe('what would be ahead', () => {
    const ahead = (line: Filled, tenant: string, priority = 0, size = 1) =>
      line.queue.ahead({ priority, tenant, size });

    it('nothing in an empty queue', () => {
      expect(ahead(equal(), 'a')).toMatchObject({ calls: 0, size: 0 });
    });

    it('all of its own line and of higher priorities, nothing of lower ones', () => {
      const line = equal();
      line.push('aaa', { size: 2 });
      line.push('xy', { priority: 1, size: 5 });
      line.push('aaaa', { priority: -1 });

      expect(ahead(line, 'a')).toMatchObject({ calls: 5, size: 16 });
      expect(ahead(line, 'a', 2)).toMatchObject({ calls: 0, size: 0 });
    });

    it('of other tenants what their share is until it starts', () => {
      const line = weighted({ b: 2 });
      line.push('a', { size: 4 });
      line.push('b'.repeat(10), { size: 5 });
      line.push('c', { size: 2 });

      // Behind 4 of its own: b's first, which starts at 0, and its second at 5 / 2, and c's, all at 0.
      expect(ahead(line, 'a')).toMatchObject({ calls: 1 + 2 + 1, size: 4 + 10 + 2 });
      expect(ahead(line, 'new', 0, 2.5)).toMatchObject({ calls: 1 + 1 + 1, size: 4 + 5 + 2 });
    });

    it('nothing of a tenant that has had more than it', () => {
      const line = equal();
      line.push('aa', { size: 2 });
      line.push('bb', { size: 20 });
      line.take(2);

      // All have had 11 by now: a only 2, b 20.
      expect(ahead(line, 'c', 0, 4)).toMatchObject({ calls: 1, size: 2 });
    });

    it('nothing that rounding has left over', () => {
      const line = equal();
      line.push('a', { size: 1e16 });
      line.push('a', { size: 1 });
      line.push('b', { size: 1 });
      line.take();
      line.push('a', { size: 0.7 });

      expect(ahead(line, 'a')).toMatchObject({ calls: 1, size: 0.7 });
    });
  });
});

describe('CallQueue keeps nothing', () => {
  it('of many tenants that have come and left, though it was never empty', () => {
    const queue = new CallQueue<Queued>();
    queue.push(new Queued(-1, { tenant: 'waits' }), 0);
    let most = 0;
    for (let id = 0; id < 20_000; id++) {
      queue.push(new Queued(id, { tenant: `tenant ${id}`, size: 1 + (id % 7) }), 0);
      const { first } = queue;
      queue.take(first!);
      if (first!.id < 0) queue.putBack(first!);
      most = Math.max(most, remembered(queue) - queue.size);
    }

    expect(most).toBeLessThan(50);
    expect(queue.size).toBeLessThan(10_000);
  });

  it('of a tenant that had more than its share, once that is paid for', () => {
    const line = equal();
    line.push('a', { size: 2 });
    line.push('bbbb');
    line.take(1);
    expect(remembered(line.queue)).toBe(2);
    line.take(1);

    expect(remembered(line.queue)).toBe(1);
  });

  it('of a tenant whose calls were cancelled before it had anything', () => {
    const line = equal();
    line.push('a');
    for (let id = 0; id < 1_000; id++) {
      const item = new Queued(id, { tenant: `tenant ${id}` });
      line.queue.push(item, 0);
      line.queue.remove(item);
    }

    expect(remembered(line.queue)).toBe(1);
  });

  it('of tenants that shared a priority, once it is empty', () => {
    const line = equal();
    line.push('abcdefgh');
    line.take();

    expect(remembered(line.queue)).toBe(1);
  });
});
