import fc from 'fast-check';
import { CallQueue } from '../../src/queue/call-queue.js';
import { Queued } from './queued.js';

const WEIGHTS: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3, d: 1, e: 4 };
const weightOf = (tenant: string | undefined) => WEIGHTS[tenant!]!;
const LARGEST = 9;
/** Quotients of whole numbers, summed in another order. */
const ROUNDING = 1e-9;

/** Those that always have something queued, and those that come and leave. */
const STEADY = ['a', 'b', 'c'];
const PASSING = ['d', 'e'];

const size = fc.integer({ min: 1, max: LARGEST });
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
const steps = fc.array(step, { maxLength: 60, size: '+1' });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What was let out, one after the other, of a queue in which the steady ones always wait. */
class Play {
  readonly out: { readonly tenant: string; readonly size: number }[] = [];
  readonly queue = new CallQueue<Queued>(weightOf);
  private latest: Queued | undefined;

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

  private push(tenant: string, size: number): void {
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

const perWeight = (tenant: string) => LARGEST / weightOf(tenant);
const first = fc.tuple(size, size, size);

describe('the shares of tenants', () => {
  // The bound of start-time fair queueing (Goyal, Vin and Cheng 1997, theorem 1).
  it('are within one largest call of each other, by weight, over any stretch in which both wait', () => {
    fc.assert(
      fc.property(first, steps, fc.nat(60), (sizes, all, from) => {
        const { out } = played(sizes, all);
        const stretch = out.slice(from);
        for (const one of STEADY)
          for (const other of STEADY) {
            const difference = shareOf(one, stretch) - shareOf(other, stretch);
            expect(difference).toBeLessThanOrEqual(perWeight(one) + perWeight(other) + ROUNDING);
          }
      }),
      { numRuns: 300 },
    );
  });

  it('give no credit: one that comes has no more than its share of what is let out from then on', () => {
    fc.assert(
      fc.property(first, steps, (sizes, all) => {
        const play = new Play(sizes);
        let since = 0;
        for (const one of all) {
          const isNew = ![...play.queue].some(({ tenant }) => tenant === 'd');
          if (isNew) since = play.out.length;
          play.do(one);
          const stretch = play.out.slice(since);
          for (const steady of STEADY)
            expect(shareOf('d', stretch)).toBeLessThanOrEqual(
              shareOf(steady, stretch) + perWeight('d') + perWeight(steady) + ROUNDING,
            );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('starve nobody: between two of its turns each other has at most the same by weight, and one call', () => {
    fc.assert(
      fc.property(first, steps, (sizes, all) => {
        const { out } = played(sizes, all);
        for (const waiting of STEADY) {
          const turns = out.flatMap(({ tenant }, index) => (tenant === waiting ? [index] : []));
          turns.forEach((turn, index) => {
            const between = out.slice(turn + 1, turns[index + 1]);
            const most = out[turn]!.size / weightOf(waiting);
            for (const other of Object.keys(WEIGHTS).filter((name) => name !== waiting))
              expect(shareOf(other, between)).toBeLessThanOrEqual(
                most + perWeight(other) + ROUNDING,
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
