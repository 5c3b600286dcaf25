import { CallQueue } from '../../src/queue/call-queue.js';
import { ids, Queued as Item, UNLINKED } from './queued.js';

class Queued extends Item {
  constructor(id: number, priority = 0) {
    super(id, { priority });
  }
}

function drain(queue: CallQueue<Queued>): number[] {
  const ids = [];
  for (let item = queue.first; item; item = queue.first) {
    ids.push(item.id);
    queue.remove(item);
  }
  return ids;
}

describe('CallQueue', () => {
  it('is empty at first', () => {
    const queue = new CallQueue<Queued>();

    expect([queue.size, queue.first, [...queue]]).toEqual([0, undefined, []]);
  });

  it('is first in, first out', () => {
    const queue = new CallQueue<Queued>();
    for (const id of [1, 2, 3]) queue.push(new Queued(id), 0);

    expect(drain(queue)).toEqual([1, 2, 3]);
  });

  it.each([
    // queued as [priority, at] …, leave in the order
    [
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      [2, 1, 0],
    ],
    [
      [
        [1, 0],
        [0, 0],
        [1, 0],
        [0, 0],
      ],
      [0, 2, 1, 3],
    ],
    [
      [
        [0, 0],
        [1, 59_999],
      ],
      [1, 0],
    ],
    [
      [
        [0, 0],
        [1, 60_001],
      ],
      [0, 1],
    ],
    [
      [
        [0, 0],
        [1, 60_000],
      ],
      [1, 0],
    ],
    [
      [
        [-5, 0],
        [0, 300_001],
      ],
      [0, 1],
    ],
    [
      [
        [0, 0],
        [1_000, 5_000_000],
      ],
      [1, 0],
    ],
  ])(
    'lets %j go in the order %j: a minute of waiting weighs as much as one priority',
    (queued, order) => {
      const queue = new CallQueue<Queued>();
      queued.forEach(([priority, at], id) => {
        queue.push(new Queued(id, priority), at!);
      });

      expect(drain(queue)).toEqual(order);
    },
  );

  it('notes when each was queued', () => {
    const queue = new CallQueue<Queued>();
    const item = new Queued(1);
    queue.push(item, 812.5);

    expect(item.queuedAt).toBe(812.5);
  });

  it.each([0, 1, 2])('lets number %i of three leave, and keeps the others in order', (gone) => {
    const queue = new CallQueue<Queued>();
    const items = [0, 1, 2].map((id) => new Queued(id));
    for (const item of items) queue.push(item, 0);

    expect(queue.remove(items[gone]!)).toBe(true);
    expect(items[gone]).toMatchObject(UNLINKED);
    expect(queue.size).toBe(2);
    expect(drain(queue)).toEqual([0, 1, 2].filter((id) => id !== gone));
  });

  it('finds the order again when the only one of a priority leaves', () => {
    // The last of the heap takes the place of 11, below 10, though it goes before 10.
    const queue = new CallQueue<Queued>();
    const items = [0, 10, 1, 11, 12, 20, 3].map((rank) => new Queued(rank, -rank));
    for (const item of items) queue.push(item, 0);
    queue.remove(items[3]!);

    expect(drain(queue)).toEqual([0, 1, 3, 10, 12, 20]);
  });

  it('says false for what is not queued, and for what has left', () => {
    const queue = new CallQueue<Queued>();
    const item = new Queued(1);
    expect(queue.remove(item)).toBe(false);
    queue.push(item, 0);
    queue.remove(item);

    expect(queue.remove(item)).toBe(false);
    expect(queue.size).toBe(0);
  });

  it('takes back what has left', () => {
    const queue = new CallQueue<Queued>();
    const item = new Queued(1);
    queue.push(item, 0);
    queue.remove(item);
    queue.push(new Queued(2), 1);
    queue.push(item, 2);

    expect(drain(queue)).toEqual([2, 1]);
  });

  it('leaves alone what is queued elsewhere', () => {
    // Two operators may hear of cancelled values by the same stream.
    const [one, other] = [new CallQueue<Queued>(), new CallQueue<Queued>()];
    const [here, there] = [new Queued(1), new Queued(2)];
    one.push(here, 0);
    other.push(there, 0);

    expect(one.remove(there)).toBe(false);
    expect([one.size, other.size]).toEqual([1, 1]);
    expect([drain(one), drain(other)]).toEqual([[1], [2]]);
  });

  it('is not broken by one that is queued already', () => {
    const queue = new CallQueue<Queued>();
    const item = new Queued(1);
    queue.push(item, 0);
    try {
      queue.push(item, 1);
    } catch {
      // To refuse it is as good as to keep its place.
    }

    expect(queue.size).toBe(1);
    expect(queue.remove(item)).toBe(true);
    expect([queue.size, queue.first]).toEqual([0, undefined]);
  });

  describe('puts back what was let out', () => {
    /** Queues so many, at one time, and lets them all out. */
    function letOut(queue: CallQueue<Queued>, priorities: number[]): Queued[] {
      const items = priorities.map((priority, id) => new Queued(id, priority));
      for (const item of items) queue.push(item, 0);
      for (const item of items) queue.remove(item);
      return items;
    }

    it('before all of its priority, and behind higher ones', () => {
      const queue = new CallQueue<Queued>();
      const [back] = letOut(queue, [0]);
      for (const [id, priority] of [[1, 0], [2, 0], [3, 1], [4, -1]] as const) queue.push(new Queued(id, priority), 9); // prettier-ignore
      queue.putBack(back!);

      expect(drain(queue)).toEqual([3, 0, 1, 2, 4]);
    });

    it.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[2, 0, 3, 1]], [[1, 3, 0, 2]]])(
      'in the order in which it came, though it comes back in the order %j',
      (order) => {
        const queue = new CallQueue<Queued>();
        const items = letOut(queue, [0, 0, 0, 0]);
        for (const id of [4, 5]) queue.push(new Queued(id), 1);
        for (const index of order) queue.putBack(items[index]!);

        expect(ids(queue)).toEqual([0, 1, 2, 3, 4, 5]);
        expect(drain(queue)).toEqual([0, 1, 2, 3, 4, 5]);
      },
    );

    it('as old as it was: what it has waited still counts', () => {
      const queue = new CallQueue<Queued>();
      const [back] = letOut(queue, [0]);
      queue.push(new Queued(1, 1), 60_001);
      queue.putBack(back!);

      expect(back!.queuedAt).toBe(0);
      expect(drain(queue)).toEqual([0, 1]);
    });

    it('alone, when nothing else is queued, then lets others come', () => {
      const queue = new CallQueue<Queued>();
      const [back] = letOut(queue, [0]);
      queue.putBack(back!);
      expect([queue.size, queue.first]).toEqual([1, back]);
      queue.push(new Queued(1), 5);

      expect(drain(queue)).toEqual([0, 1]);
    });

    it('and finds the order of the priorities again', () => {
      const queue = new CallQueue<Queued>();
      const [back] = letOut(queue, [-2]);
      for (const [id, priority] of [[1, 3], [2, 2], [3, 1], [4, -2]] as const) queue.push(new Queued(id, priority), 400_000); // prettier-ignore
      queue.putBack(back!);

      expect(drain(queue)).toEqual([0, 1, 2, 3, 4]);
    });

    it('not twice', () => {
      const queue = new CallQueue<Queued>();
      const [back, other] = letOut(queue, [0, 0]);
      queue.push(other!, 1);
      queue.putBack(other!);
      queue.putBack(back!);
      queue.putBack(back!);

      expect(queue.size).toBe(2);
      expect(drain(queue)).toEqual([0, 1]);
    });

    it('and lets it leave, also when it came anew meanwhile', () => {
      const queue = new CallQueue<Queued>();
      const [one, two, three] = letOut(queue, [0, 0, 0]);
      for (const item of [three!, one!]) queue.putBack(item);
      queue.remove(three!);
      queue.push(three!, 1);
      queue.putBack(two!);
      expect(ids(queue)).toEqual([0, 1, 2]);
      expect(queue.remove(one!)).toBe(true);

      expect(one!).toMatchObject(UNLINKED);
      expect(drain(queue)).toEqual([1, 2]);
    });

    it('where it belongs among those that were never out, if its priority has changed', () => {
      const queue = new CallQueue<Queued>();
      const back = new Queued(1, 5);
      queue.push(new Queued(0), 0);
      queue.push(back, 0);
      queue.push(new Queued(2), 0);
      queue.remove(back);
      back.priority = 0;
      queue.putBack(back);

      expect(drain(queue)).toEqual([0, 1, 2]);
    });

    it('after a look at a few of those that are queued, however many were put back', () => {
      const queue = new CallQueue<Queued>();
      const items = Array.from({ length: 1_000 }, (_, id) => new Queued(id));
      for (const item of items) queue.push(item, 0);
      let looks = 0;
      for (const item of items) {
        const { order } = item;
        Object.defineProperty(item, 'order', { get: () => (looks += 1) && order });
      }
      const looksAt = (work: () => void) => {
        looks = 0;
        work();
        return looks;
      };
      const [even, odd] = [0, 1].map((rest) => items.filter(({ id }) => id % 2 === rest));
      for (const item of even!) queue.take(item);
      const last = even!.pop()!;
      const most = Math.max(...even!.map((item) => looksAt(() => queue.putBack(item))));
      for (const item of odd!) queue.remove(item);

      expect([most, looksAt(() => queue.putBack(last))].every((count) => count < 30)).toBe(true);
      expect(drain(queue)).toEqual([...even!, last].map(({ id }) => id));
    });

    it.each(['in order', 'backwards', 'mixed'])('20,000 at once, %s, without a stall', (how) => {
      const queue = new CallQueue<Queued>();
      const items = letOut(
        queue,
        Array.from({ length: 20_000 }, () => 0),
      );
      for (let id = 20_000; id < 40_000; id++) queue.push(new Queued(id), 1);
      const order = [...items];
      if (how === 'backwards') order.reverse();
      if (how === 'mixed') order.sort((one, other) => ((one.id * 7_919) % 20_000) - ((other.id * 7_919) % 20_000)); // prettier-ignore
      for (const item of order) queue.putBack(item);

      expect(drain(queue)).toEqual(Array.from({ length: 40_000 }, (_, id) => id));
    });
  });

  it('shows all that are queued', () => {
    const queue = new CallQueue<Queued>();
    const items = [3, 0, 3, 1].map((priority, id) => new Queued(id, priority));
    for (const item of items) queue.push(item, 0);

    expect([...queue].map(({ id }) => id).sort()).toEqual([0, 1, 2, 3]);
    expect([...queue].filter(({ priority }) => priority === 3)).toEqual([items[0], items[2]]);
  });

  it('keeps nothing of a hundred thousand that came and left', () => {
    const queue = new CallQueue<Queued>();
    for (let id = 0; id < 100_000; id++) {
      const item = new Queued(id, id % 1_000);
      queue.push(item, id);
      queue.remove(item);
    }

    expect([queue.size, queue.first, [...queue]]).toEqual([0, undefined, []]);
    // One level may stay for the next that comes; one per priority would be a leak.
    const { levels, byKey } = queue as unknown as {
      levels: Map<number, unknown>;
      byKey: { size: number };
    };
    expect(levels.size).toBeLessThanOrEqual(1);
    expect(byKey.size).toBeLessThanOrEqual(1);
  });
});
