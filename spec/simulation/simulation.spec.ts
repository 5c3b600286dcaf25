import { config } from 'rxjs';
import { Simulation } from './simulation.js';

/** What a simulation that shows anything must have met. */
const STEPS = ['queued', 'started', 'retrying', 'completed', 'cancelled', 'failed', 'failed timeout', 'failed queueTimeout', 'failed firstChunkTimeout', 'failed chunkTimeout', 'failed DEADLINE_EXCEEDED', 'failed QUEUE_FULL', 'failed QUEUE_FULL dropped', 'failed QUOTA_EXCEEDED', 'failed RETRY_AFTER_TOO_LONG', 'failed SERVICE_CLOSED']; // prettier-ignore
const SEEDS = Array.from({ length: 20 }, (_, index) => index * 10);

/** All that happened in one run, and what was wrong with it. */
async function play(run: Simulation) {
  run.rage();
  await run.checkPromises();
  run.settleDown();
  await run.checkPromises();
  const { features, problems, stations } = run;
  return { features: [...features], problems, log: stations.flatMap(({ log }) => log) };
}

describe('Service, whatever happens', () => {
  beforeAll(() => {
    config.onUnhandledError = (error) => {
      throw error;
    };
  });

  it.each(SEEDS)('keeps its promises: seeds from %i on', async (first) => {
    for (let seed = first; seed < first + 10; seed++) {
      const { features, problems } = await play(new Simulation(seed));

      expect({ seed, features, problems }).toMatchObject({ problems: [] });
    }
  });

  it('meets all that can happen, and does the same whether or not anybody asks how long he would wait', async () => {
    const met = new Set<string>();
    for (let seed = 200; seed < 230; seed++) {
      const asked = await play(new Simulation(seed));
      const notAsked = await play(new Simulation(seed, { isAsked: false }));

      expect(asked).toEqual(notAsked);
      for (const line of asked.log) met.add(line.split(' ').slice(2).join(' ').trim());
    }

    expect([...met]).toEqual(expect.arrayContaining(STEPS));
  });
});
