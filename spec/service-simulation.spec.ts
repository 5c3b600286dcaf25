import { config } from 'rxjs';
import { Simulation } from './support/simulation.js';

const SEEDS = Array.from({ length: 20 }, (_, index) => index * 10);

describe('Service, whatever happens', () => {
  beforeAll(() => {
    config.onUnhandledError = (error) => {
      throw error;
    };
  });

  it.each(SEEDS)('keeps its promises: seeds from %i on', (first) => {
    for (let seed = first; seed < first + 10; seed++) {
      const run = new Simulation(seed);
      run.rage();
      run.settleDown();

      expect({ seed, features: [...run.features], problems: run.problems }).toMatchObject({
        problems: [],
      });
    }
  });
});
