import { meets, PLANTS, readSoakOptions } from './soak-options.js';

describe('readSoakOptions', () => {
  it('soaks 50,000 calls at 200 in flight with 5 % faults where nothing else is said', () => {
    expect(readSoakOptions([])).toEqual({
      ...{ calls: 50_000, inFlight: 200, faults: 0.05, seed: 1 },
      ...{ lostAfterMs: 10_000, minutes: 15, planted: [] },
    });
  });

  it('takes every flag', () => {
    const args =
      '--calls 300 --in-flight 20 --faults 0.2 --seed 7 --lost-after 2000 --minutes 0.5 --twice --leak';
    expect(readSoakOptions(args.split(' '))).toEqual({
      ...{ calls: 300, inFlight: 20, faults: 0.2, seed: 7, lostAfterMs: 2_000, minutes: 0.5 },
      planted: ['leak', 'twice'],
    });
  });

  it.each([
    [['--calls', '0'], "--calls is '0'; it must be a whole number from 1 to 1000000."],
    [['--calls', '1e9'], "--calls is '1e9'; it must be a whole number from 1 to 1000000."],
    [['--calls', ''], "--calls is ''; it must be a whole number from 1 to 1000000."],
    [['--in-flight', '2.5'], "--in-flight is '2.5'; it must be a whole number from 1 to 2000."],
    [['--faults', '5%'], "--faults is '5%'; it must be a number from 0 to 0.5."],
    [['--seed', 'a'], "--seed is 'a'; it must be a whole number from 0 to 4294967295."],
  ])('refuses %j in one line that says what is allowed', (args, message) => {
    expect(() => readSoakOptions(args)).toThrow(new Error(message));
  });

  it.each([[['--call', '5']], [['5']], [['--calls']], [['--leak=1']]])(
    'refuses %j in one line that names all flags',
    (args) => {
      expect(() => readSoakOptions(args)).toThrow(
        /^[^\n.]+; there are --calls, --in-flight, --faults, --seed, --lost-after, --minutes, --leak, --lose, [^\n]+\.$/,
      );
    },
  );
});

describe('meets', () => {
  it('lets every planted fault meet calls of its own, and others none', () => {
    const calls = Array.from({ length: 1_000 }, (_, at) => at + 1);
    for (const plant of PLANTS) {
      const met = calls.filter((call) => meets([plant], plant, call));
      expect(met.length).toBeGreaterThanOrEqual(10);
      const others = PLANTS.filter((other) => other !== plant);
      expect(met.filter((call) => others.some((other) => meets(PLANTS, other, call)))).toEqual([]);
      expect(met.filter((call) => meets(others, plant, call))).toEqual([]);
    }
  });
});
