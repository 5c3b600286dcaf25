import fc from 'fast-check';
import { IndexedHeap } from '../../src/heap/indexed-heap.js';

interface Keyed {
  key: number;
}

const isBefore = (one: Keyed, other: Keyed) => one.key < other.key;

type Step = { add: number } | { remove: number } | { move: number; to: number };

const key = fc.integer({ min: 0, max: 20 });
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ add: key }),
    fc.record({ add: key }),
    fc.record({ remove: fc.nat(99) }),
    fc.record({ move: fc.nat(99), to: key }),
  ),
  { maxLength: 100, size: '+1' },
);

function drain(heap: IndexedHeap<Keyed>): number[] {
  const keys = [];
  for (let { top } = heap; top; { top } = heap) {
    keys.push(top.key);
    heap.remove(top);
  }
  return keys;
}

describe('IndexedHeap', () => {
  it('has the least on top, whatever is added, removed and moved', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const heap = new IndexedHeap(isBefore);
        const all: Keyed[] = [];
        const out = new Set<Keyed>();
        const inside = () => all.filter((one) => !out.has(one)).map((one) => one.key);
        for (const step of steps) {
          if ('add' in step) {
            const added = { key: step.add };
            all.push(added);
            heap.add(added);
          } else {
            const one = all[('remove' in step ? step.remove : step.move) % all.length];
            if (!one) continue;
            if ('remove' in step) {
              heap.remove(one);
              out.add(one);
            } else {
              one.key = step.to;
              heap.moved(one);
            }
          }
          expect(heap.size).toBe(inside().length);
          expect(heap.top?.key ?? Infinity).toBe(Math.min(...inside()));
        }
        expect(drain(heap)).toEqual(inside().sort((one, other) => one - other));
      }),
    );
  });

  it('is not confused by one that is in another heap with the same places', () => {
    const places = new Map<Keyed, number>();
    const [heap, other] = [new IndexedHeap(isBefore, places), new IndexedHeap(isBefore, places)];
    const [one, two, elsewhere] = [{ key: 1 }, { key: 2 }, { key: 3 }];
    for (const element of [one, two]) heap.add(element);
    other.add(elsewhere);
    heap.remove(elsewhere);
    heap.moved(elsewhere);

    expect(drain(heap)).toEqual([1, 2]);
    expect(drain(other)).toEqual([3]);
    expect(places.size).toBe(0);
  });
});
