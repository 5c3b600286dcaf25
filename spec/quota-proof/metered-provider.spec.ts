import { exchange } from '../../src/simulator/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { MeteredProvider } from './metered-provider.js';

const latency = { baseMs: 100, perTokenMs: 10, jitter: 0 };
const request = { promptTokens: 6, outputTokens: 4, maxTokens: 20, stream: true };

describe('MeteredProvider', () => {
  it.each([
    ['real', 10],
    ['prompt+max', 26],
    ['max', 20],
  ] as const)('writes down what is charged when it arrives: %s', (charge, tokens) => {
    const scheduler = new VirtualTime();
    const provider = new MeteredProvider({ charge, latency, networkMs: 30, tokensPerWindow: 30 });
    for (let sent = 0; sent < 4; sent++) exchange(provider, request, scheduler).subscribe();
    scheduler.flush();

    const fitting = Math.floor(30 / tokens);
    expect(provider.account).toEqual(Array(fitting).fill({ at: 30, tokens }));
  });

  it('corrects what was cut off, where the provider does', () => {
    const scheduler = new VirtualTime();
    const provider = new MeteredProvider({ latency });
    const client = exchange(provider, request, scheduler).subscribe();
    exchange(provider, request, scheduler).subscribe();
    scheduler.advanceTo(115);
    client.unsubscribe();
    scheduler.flush();

    expect(provider.account.map(({ tokens }) => tokens)).toEqual([8, 10]);
    expect(provider.stats().chargedTokens).toBe(18);
  });
});
