import { PLANTED_FAULTS, type PlantedFault } from './plants.js';
import { play } from './play.js';
import { Unhandled } from './unhandled.js';

/** Within how many seeds a fault must be seen. */
const SEEDS = 70;

jest.setTimeout(60_000);

describe('the simulation', () => {
  let unhandled: Unhandled;
  beforeAll(() => (unhandled = new Unhandled()));
  afterAll(() => unhandled.restore());

  /** The first seed that sees the fault; undefined where none does. */
  async function firstSeedThatSees({
    plant,
    seenBy,
    only,
  }: PlantedFault): Promise<number | undefined> {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { problems } = await play(seed, unhandled, { plant, only, without: ['thousands'] });
      if (problems.some((problem) => seenBy.test(problem))) return seed;
    }
    return undefined;
  }

  it.each(PLANTED_FAULTS)('sees a service that $name', async (fault) => {
    expect(await firstSeedThatSees(fault)).toBeLessThan(SEEDS);
  });
});
