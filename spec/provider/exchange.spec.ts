import { type Subscription, VirtualTimeScheduler } from 'rxjs';
import {
  exchange,
  type Fault,
  SimulatedProvider,
  type SimulatedProviderOptions,
} from '../../src/provider/index.js';

const latency = { baseMs: 100, perTokenMs: 10, jitter: 0 };
const request = { promptTokens: 8, outputTokens: 4 };

function setUp(options: SimulatedProviderOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const provider = new SimulatedProvider({ latency, ...options });
  const seen: string[] = [];
  const call = (given: { stream?: boolean } = {}): Subscription =>
    exchange(provider, { ...request, ...given }, scheduler).subscribe({
      next: (event) => {
        const tokens = 'tokens' in event ? ` ${event.tokens}` : '';
        seen.push(`${scheduler.now()} ${event.kind}${tokens}`);
      },
      complete: () => seen.push(`${scheduler.now()} complete`),
    });
  return { scheduler, provider, seen, call };
}

describe('exchange', () => {
  it('answers at once after the time that the length of the answer takes', () => {
    const { scheduler, provider, seen, call } = setUp();
    call();
    scheduler.flush();

    expect(seen).toEqual(['140 answered 4', '140 complete']);
    expect(provider.stats()).toMatchObject({ answered: 1, completionTokens: 4, inFlight: 0 });
  });

  it('streams the tokens one after the other, evenly', () => {
    const { scheduler, seen, call } = setUp();
    call({ stream: true });
    scheduler.flush();

    expect(seen).toEqual([
      '100 progress 1',
      '110 progress 2',
      '120 progress 3',
      '130 progress 4',
      '130 answered 4',
      '130 complete',
    ]);
  });

  it('tells of several tokens at once where they come faster than timers do', () => {
    const { scheduler, seen, call } = setUp({ latency: { ...latency, perTokenMs: 2 } });
    call({ stream: true });
    scheduler.flush();

    expect(seen).toEqual(['100 progress 3', '106 progress 4', '106 answered 4', '106 complete']);
  });

  it.each([0, 4])('streams %i tokens that take no time as one', (outputTokens) => {
    const { scheduler, seen, call } = setUp({ latency: { baseMs: 1, perTokenMs: 0, jitter: 0 } });
    call({ stream: true, outputTokens } as { stream: boolean });
    scheduler.flush();

    expect(seen).toEqual([
      `1 progress ${outputTokens}`,
      `1 answered ${outputTokens}`,
      '1 complete',
    ]);
  });

  it('does nothing until it is subscribed', () => {
    const { scheduler, provider } = setUp();
    exchange(provider, request, scheduler);
    scheduler.flush();

    expect(provider.stats().requests).toBe(0);
  });

  it('refuses in the same turn what does not fit', () => {
    const { seen, provider, call } = setUp({ requestsPerWindow: 1 });
    call();
    call();

    expect(seen).toEqual(['0 refused', '0 complete']);
    expect(provider.stats()).toMatchObject({ limitsBroken: 1, inFlight: 1 });
  });

  it('admits when the request has travelled, not when it was sent', () => {
    const { scheduler, seen, call } = setUp({ requestsPerWindow: 1, networkMs: 20 });
    call();
    call();
    scheduler.flush();

    expect(seen).toEqual(['20 refused', '20 complete', '160 answered 4', '160 complete']);
  });

  it('never reaches the provider when the client goes away on the way', () => {
    const { scheduler, provider, call } = setUp({ networkMs: 20 });
    call().unsubscribe();
    scheduler.flush();

    expect(provider.stats()).toMatchObject({ requests: 0, aborted: 0 });
  });

  it('stops, counts and charges what came when the client goes away', () => {
    const { scheduler, provider, seen, call } = setUp({ tokensPerWindow: 100 });
    const client = call({ stream: true });
    scheduler.schedule(() => client.unsubscribe(), 115);
    scheduler.flush();

    expect(seen).toEqual(['100 progress 1', '110 progress 2']);
    expect(provider.stats()).toMatchObject({
      aborted: 1,
      answered: 0,
      completionTokens: 2,
      chargedTokens: 10,
      inFlight: 0,
    });
  });

  it.each<[Fault, boolean, string[]]>([
    ['hang', false, []],
    ['hang', true, []],
    ['status500', false, ['100 failed', '100 complete']],
    ['status500', true, ['100 failed', '100 complete']],
    ['brokenStream', false, ['120 broken 2', '120 complete']],
    ['brokenStream', true, ['100 progress 1', '110 progress 2', '110 broken 2', '110 complete']],
    ['slow', false, ['1400 answered 4', '1400 complete']],
    ['overloaded529', true, ['0 refused', '0 complete']],
    ['rate429', false, ['0 refused', '0 complete']],
    ['bare429', false, ['0 refused', '0 complete']],
  ])('plays the fault %s (streamed: %p)', (fault, stream, expected) => {
    const { scheduler, provider, seen, call } = setUp({ faults: { [fault]: 1 } });
    call({ stream });
    scheduler.flush();

    expect(seen).toEqual(expected);
    expect(provider.stats().inFlight).toBe(fault === 'hang' ? 1 : 0);
  });

  it('holds a request that hangs until its client goes away', () => {
    const { provider, call } = setUp({ faults: { hang: 1 } });
    call().unsubscribe();

    expect(provider.stats()).toMatchObject({ inFlight: 0, aborted: 1, faults: { hang: 1 } });
  });
});
