import fc from 'fast-check';
import { CallQueue } from '../../src/queue/call-queue.js';
import { NaiveQueue } from './naive-queue.js';
import { ids, Queued, UNLINKED } from './queued.js';

// Any sum of weights divides any size, so that no rounding hides who goes first, or decides it.
const WEIGHTS = new Map<string | undefined, number>([[undefined, 1], ['a', 1], ['b', 2], ['c', 3]]); // prettier-ignore
const weightOf = (tenant: string | undefined) => WEIGHTS.get(tenant) ?? NaN;
const size = fc.constantFrom(420, 420, 840, 4_200);
const tenant = fc.constantFrom(...WEIGHTS.keys());

// Close together, so that waiting and priority outweigh each other in turn.
const priority = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(0, 0, 0, 1) },
  { weight: 19, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1_000, 1_000) },
);
const after = fc.oneof(fc.constantFrom(0, 1, 59_999, 60_000, 60_001, 120_000), fc.nat(10));

const facts = fc.record({ priority, tenant, size });
const push = fc.record({ does: fc.constant('push' as const), facts, after });
const does = <D extends string>(what: D) =>
  fc.record({ does: fc.constant(what), which: fc.nat(149) });

const history = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: push },
    { weight: 3, arbitrary: does('take first') },
    does('take'),
    does('remove'),
    does('put back'),
    does('push again'),
  ),
  { maxLength: 150, size: '+1' },
);

type Facts = typeof facts extends fc.Arbitrary<infer F> ? F : never;
type Step = typeof history extends fc.Arbitrary<(infer S)[]> ? S : never;

/** Both queues, told the same. */
class Both {
  readonly queue = new CallQueue<Queued>(weightOf);
  readonly naive = new NaiveQueue(weightOf);
  readonly all: Queued[] = [];
  private now = 0;

  do(step: Step): void {
    if (step.does === 'push') {
      this.now += step.after;
      this.push(new Queued(this.all.length, step.facts));
    } else {
      const item =
        step.does === 'take first' ? this.naive.first : this.all[step.which % this.all.length];
      if (item) this.move(step.does, item);
    }
  }

  private move(does: Exclude<Step['does'], 'push'>, item: Queued): void {
    if (does === 'remove') expect(this.queue.remove(item)).toBe(this.naive.remove(item));
    else if (does !== 'put back' && does !== 'push again')
      expect(this.queue.take(item)).toBe(this.naive.take(item));
    else if (item.isQueued) return;
    else if (does === 'push again') this.push(item);
    else {
      this.queue.putBack(item);
      this.naive.putBack(item);
    }
  }

  private push(item: Queued): void {
    if (!this.all.includes(item)) this.all.push(item);
    this.queue.push(item, this.now);
    this.naive.push(item);
  }

  drain(queue: CallQueue<Queued> | NaiveQueue): number[] {
    const left = [];
    for (let item = queue.first; item; item = queue.first) {
      left.push(item.id);
      queue.take(item);
    }
    return left;
  }
}

const sorted = (lines: Iterable<unknown>) => [...lines].map((one) => JSON.stringify(one)).sort();

describe('CallQueue, beside a list that is searched anew each time', () => {
  it('lets the same go first, whatever comes, goes, leaves from the middle and is put back', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const both = new Both();
        const { queue, naive } = both;
        for (const step of steps) {
          both.do(step);
          expect(queue.first?.id).toBe(naive.first?.id);
          expect(queue.size).toBe(naive.items.length);
        }
        expect(ids(queue).sort()).toEqual(ids(naive.items).sort());
        expect(both.drain(queue)).toEqual(both.drain(naive));
        for (const item of both.all) expect(item).toMatchObject(UNLINKED);
      }),
      { numRuns: 300 },
    );
  });

  it('says the same of what is lowest, and of its lines', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const both = new Both();
        const { queue, naive } = both;
        for (const step of steps) {
          both.do(step);
          expect(queue.lowest?.id).toBe(naive.lowest?.id);
        }
        expect(sorted(queue.lines())).toEqual(sorted(naive.lines));
      }),
      { numRuns: 150 },
    );
  });

  it('says how many go before a call that comes, but for ties, when all are of one size and none has aged', () => {
    const alike = (facts: Facts) => ({ ...facts, size: 420 as const });
    fc.assert(
      fc.property(history, facts, (steps, coming) => {
        const both = new Both();
        for (const step of steps)
          both.do(step.does === 'push' ? { ...step, facts: alike(step.facts), after: 0 } : step);
        const { calls, size } = both.queue.ahead(alike(coming));
        const item = new Queued(both.all.length, alike(coming));
        both.queue.push(item, 0);

        const real = both.drain(both.queue).indexOf(item.id);
        expect(Math.abs(real - calls)).toBeLessThan(WEIGHTS.size);
        expect(size).toBeCloseTo(420 * calls, 6);
      }),
      { numRuns: 300 },
    );
  });
});
