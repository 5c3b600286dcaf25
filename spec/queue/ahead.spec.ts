import { CallQueue } from '../../src/queue/call-queue.js';
import { Filled, Queued } from './queued.js';

const weighted = (weights: Record<string, number> = {}) =>
  new Filled(new CallQueue((tenant = '-') => weights[tenant] ?? 1));

const ahead = ({ queue }: Filled, tenant: string) => queue.ahead({ priority: 0, tenant, size: 1 });

/** How many really go before such a call, when nothing else comes. */
function reallyAhead({ queue }: Filled, tenant: string): number {
  const coming = new Queued(-1, { tenant });
  queue.push(coming, 0);
  let calls = 0;
  for (let { first } = queue; first && first !== coming; first = queue.first) {
    queue.take(first);
    calls += 1;
  }
  return calls;
}

describe('what would go before a call', () => {
  it('is, for certain, all of its own line, and of the others what their weights give them meanwhile', () => {
    const line = weighted({ b: 2 });
    line.push('a', { size: 4 });
    line.push('b'.repeat(10), { size: 5 });
    line.push('c', { size: 2 });

    // Behind 4 of its own, b has 2 * 4 and c all of its 2.
    expect(ahead(line, 'a')).toMatchObject({ leastCalls: 3, leastSize: 4 + 8 + 2 });
  });

  it('is, for certain, each of its own line, and each of a higher priority', () => {
    const line = weighted();
    line.push('aaa', { size: 2 });
    line.push('bb', { priority: 1, size: 3 });

    expect(ahead(line, 'a')).toMatchObject({ leastCalls: 5, leastSize: 12 });
  });

  it('is, for certain, nothing of those that begin no sooner than the call', () => {
    const line = weighted();
    line.push('ab', { size: 3 });

    expect(ahead(line, 'new')).toMatchObject({ leastCalls: 0, leastSize: 0 });
  });

  it('is, for certain, no more than is left for those that were served, until it begins', () => {
    const line = weighted();
    line.push('aa', { size: 2 });
    line.push('b'.repeat(8));
    line.take(2);

    // Its line goes on at 2 and has 2 more queued; b's goes on at 1.
    expect(ahead(line, 'a')).toMatchObject({ leastCalls: 2, leastSize: 2 + 3 });
  });

  it('is nothing of one that has had far more than the call, however much it has queued', () => {
    const line = weighted();
    line.push('aa');
    line.push('b', { size: 20 });
    line.push('b'.repeat(10));
    line.take(2);

    // That of a only.
    expect(ahead(line, 'c')).toEqual({ calls: 1, size: 1, leastCalls: 1, leastSize: 1 });
  });

  // Of what begins at the same time, one goes first all the same.
  interface Tie {
    readonly tie: string;
    readonly weights?: Record<string, number>;
    /** Whose calls, and of what size. */
    readonly push: readonly (readonly [tenants: string, size: number])[];
    readonly taken?: number;
    readonly tenant: string;
    readonly calls: number;
  }

  // prettier-ignore
  it.each<Tie>([
    { tie: 'behind those that had nothing, either', push: [['ab', 1]], tenant: 'new', calls: 2 },
    { tie: 'behind the one that is alone and had nothing', push: [['a', 1]], tenant: 'new', calls: 1 },
    { tie: 'before the one that is alone and was served last', push: [['aa', 1]], taken: 1, tenant: 'new', calls: 0 },
    { tie: 'before those that were served', push: [['aabb', 1]], taken: 2, tenant: 'new', calls: 0 },
    { tie: 'before the second of one that had nothing', push: [['a', 2], ['bbb', 1]], taken: 1, tenant: 'new', calls: 1 },
    { tie: 'behind one that was served, but not since', push: [['bba', 1]], taken: 1, tenant: 'a', calls: 2 },
    { tie: 'before one that is served later', push: [['abbb', 1]], tenant: 'a', calls: 2 },
    { tie: 'behind one that is served sooner', push: [['aaab', 1]], tenant: 'b', calls: 3 },
    { tie: 'behind a lighter one', weights: { a: 2 }, push: [['aaaa', 1], ['b'.repeat(10), 1]], tenant: 'a', calls: 7 },
    { tie: 'before a heavier one', weights: { b: 2 }, push: [['aa', 1], ['b'.repeat(10), 1]], tenant: 'a', calls: 6 },
  ])('is counted as it really goes: $tie', ({ weights, push, taken = 0, tenant, calls }) => {
    const line = weighted(weights);
    for (const [tenants, size] of push) line.push(tenants, { size });
    line.take(taken);

    expect(ahead(line, tenant).calls).toBe(calls);
    expect(reallyAhead(line, tenant)).toBe(calls);
  });
});
