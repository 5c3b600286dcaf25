import fc from 'fast-check';
import { CallQueue } from '../../src/queue/call-queue.js';
import { Queued } from './queued.js';

const WEIGHTS: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3, d: 1, e: 4 };
const weightOf = (tenant: string | undefined) => WEIGHTS[tenant!]!;
/** Quotients of whole numbers, summed in another order. */
const ROUNDING = 1e-9;

/** Those that always have something queued, and those that come and leave. */
const STEADY = ['a', 'b', 'c'];
const PASSING = ['d', 'e'];

const size = fc.integer({ min: 1, max: 9 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('take' as const), size }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('push' as const),
      tenant: fc.constantFrom(...PASSING),
      size,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('put back' as const), size }) },
);
const steps = fc.array(step, { maxLength: 40, size: '+1' });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What was let out, one after the other, of a queue in which the steady ones always wait. */
class Play {
  readonly out: { readonly tenant: string; readonly size: number }[] = [];
  readonly queue = new CallQueue<Queued>(weightOf);
  private latest: Queued | undefined;
  private readonly largest = new Map<string, number>();

  constructor(first: readonly number[]) {
    STEADY.forEach((tenant, index) => {
      this.push(tenant, first[index]!);
    });
  }

  do(step: Step): void {
    if (step.does === 'take') this.take(step.size);
    else if (step.does === 'push') this.push(step.tenant, step.size);
    else if (step.does === 'cancel') this.cancel(step.which);
    else if (this.latest) this.queue.putBack(this.latest);
  }

  /** Before one of the steady is let out, another of its calls is there. */
  private take(size: number): void {
    const item = this.queue.first!;
    if (STEADY.includes(item.tenant!)) this.push(item.tenant!, size);
    this.queue.take(item);
    this.latest = item;
    this.out.push({ tenant: item.tenant!, size: item.size });
  }

  /** The largest call of a tenant so far, for each 1 of its weight. */
  oneOf(tenant: string): number {
    return (this.largest.get(tenant) ?? 0) / weightOf(tenant);
  }

  private push(tenant: string, size: number): void {
    this.largest.set(tenant, Math.max(size, this.largest.get(tenant) ?? 0));
    this.queue.push(new Queued(this.out.length, { tenant, size }), 0);
  }

  private cancel(which: number): void {
    const passing = [...this.queue].filter(({ tenant }) => PASSING.includes(tenant!));
    const item = passing[which];
    if (item) this.queue.remove(item);
  }
}

function played(first: readonly number[], all: readonly Step[]): Play {
  const play = new Play(first);
  for (const one of all) play.do(one);
  return play;
}

/** What a tenant has had of these, for each 1 of its weight. */
function shareOf(tenant: string, out: Play['out']): number {
  const own = out.filter((one) => one.tenant === tenant);
  return own.reduce((sum, one) => sum + one.size, 0) / weightOf(tenant);
}

const first = fc.tuple(size, size, size);

describe('the shares of tenants', () => {
  // The bound of start-time fair queueing (Goyal, Vin and Cheng 1997, theorem 1).
  it('are within one largest call of each other, by weight, over any stretch in which both wait', () => {
    fc.assert(
      fc.property(first, steps, fc.nat(20), (sizes, all, from) => {
        const play = played(sizes, all);
        const stretch = play.out.slice(from);
        for (const one of STEADY)
          for (const other of STEADY) {
            const difference = shareOf(one, stretch) - shareOf(other, stretch);
            const most = play.oneOf(one) + play.oneOf(other);
            expect(difference).toBeLessThanOrEqual(most + ROUNDING);
          }
      }),
      { numRuns: 300 },
    );
  });

  it('give no credit: one that comes has no more than its share of what is let out from then on', () => {
    const takes = fc.array(size, { maxLength: 12 });
    const calls = fc.array(size, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(first, takes, calls, takes, (sizes, before, coming, after) => {
        const play = new Play(sizes);
        for (const size of before) play.do({ does: 'take', size });
        for (const size of coming) play.do({ does: 'push', tenant: 'd', size });
        for (const size of after) {
          play.do({ does: 'take', size });
          const since = play.out.slice(before.length);
          for (const steady of STEADY) {
            const most = shareOf(steady, since) + play.oneOf('d') + play.oneOf(steady);
            expect(shareOf('d', since)).toBeLessThanOrEqual(most + ROUNDING);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('starve nobody: between two of its turns each other has at most the same by weight, and one call', () => {
    fc.assert(
      fc.property(first, steps, (sizes, all) => {
        const play = played(sizes, all);
        const { out } = play;
        for (const waiting of STEADY) {
          const turns = out.flatMap(({ tenant }, index) => (tenant === waiting ? [index] : []));
          turns.forEach((turn, index) => {
            const between = out.slice(turn + 1, turns[index + 1]);
            const most = out[turn]!.size / weightOf(waiting);
            for (const other of Object.keys(WEIGHTS).filter((name) => name !== waiting))
              expect(shareOf(other, between)).toBeLessThanOrEqual(
                most + play.oneOf(other) + ROUNDING,
              );
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leave nothing idle: as long as anything is queued, something is next, and all of it comes', () => {
    fc.assert(
      fc.property(first, steps, (sizes, all) => {
        const { queue } = played(sizes, all);
        for (let left = queue.size; left > 0; left--) {
          expect(queue.size).toBe(left);
          expect(queue.take(queue.first!)).toBe(true);
        }
        expect(queue.first).toBeUndefined();
      }),
    );
  });
});
