import { FEATURES } from './features.js';
import { play } from './play.js';
import { REGRESSIONS } from './regressions.js';
import { reportOf } from './report.js';
import { Unhandled } from './unhandled.js';

/** What a simulation that shows anything must have met. */
const STEPS = ['queued', 'started', 'retrying', 'completed', 'cancelled', 'failed', 'failed timeout', 'failed queueTimeout', 'failed firstChunkTimeout', 'failed chunkTimeout', 'failed DEADLINE_EXCEEDED', 'failed QUEUE_FULL', 'failed QUEUE_FULL dropped', 'failed QUOTA_EXCEEDED', 'failed RETRY_AFTER_TOO_LONG', 'failed SERVICE_CLOSED']; // prettier-ignore
const FAULTS = ['failures', 'refusals', 'long waits', 'streams', 'thenables', 'hangs', 'slow', 'underestimates', 'throwing callers', 'throwing clean-ups', 'throwing listeners', 'throwing teardowns', 'throwing usages', 'failing limits', 'limits: changed', 'closes: in the middle', 'clock steps: forward', 'clock steps: back', 'other users: of the key', 'a 429 by a limit', 'provider: rate429', 'provider: bare429', 'provider: overloaded529', 'provider: status500', 'provider: hang', 'provider: brokenStream', 'provider: slow', 'cancel: queued', 'cancel: started', 'cancel: retrying', 'cancelled after queued', 'cancelled after started', 'cancelled after retrying', 'failed after retrying']; // prettier-ignore

jest.setTimeout(120_000);

const SEEDS = Array.from({ length: 30 }, (_, index) => index * 10);

describe('services that share quotas, whatever happens', () => {
  let unhandled: Unhandled;
  const met = new Set<string>();
  const features = new Set<string>();
  beforeAll(() => (unhandled = new Unhandled()));
  afterAll(() => unhandled.restore());

  async function mustKeepPromises(seed: number): Promise<void> {
    const played = await play(seed, unhandled);
    for (const feature of played.features) features.add(feature);
    for (const what of played.met.keys()) met.add(what);
    for (const line of played.log) met.add(line.split(' ').slice(3).join(' ').trim());
    if (played.problems.length > 0) throw new Error(reportOf(played));
  }

  it.each(SEEDS)('keep their promises: ten seeds from %i on', async (first) => {
    for (let seed = first; seed < first + 10; seed++) await mustKeepPromises(seed);
  });

  it.each(REGRESSIONS)('keep their promises where they once did not: seed %i', mustKeepPromises);

  it('have met all that can happen, and every fault', () => {
    expect([...met]).toEqual(expect.arrayContaining([...STEPS, ...FAULTS]));
    expect([...features].sort()).toEqual([...FEATURES].sort());
  });

  it('do the same whether or not anybody asks how long he would wait', async () => {
    for (let seed = 300; seed < 315; seed++) {
      const without = ['thousands'] as const;
      const asked = await play(seed, unhandled, { without });
      const notAsked = await play(seed, unhandled, { without, isAsked: false });

      expect(asked).toEqual(notAsked);
    }
  });
});
