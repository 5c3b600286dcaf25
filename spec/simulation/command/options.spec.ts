import { BadFlag, readOptions } from './options.js';

describe('readOptions', () => {
  it('has something for all that is left out', () => {
    expect(readOptions([])).toEqual({
      ...{ seeds: 300, from: 0, jobs: 2, failures: 5 },
      ...{ seed: undefined, only: undefined },
    });
  });

  it('reads every flag', () => {
    const args = '--seeds 10 --from 20 --seed 30 --jobs 4 --failures 1'.split(' ');

    expect(readOptions([...args, '--features', 'hangs, clock steps'])).toEqual({
      ...{ seeds: 10, from: 20, seed: 30, jobs: 4, failures: 1 },
      only: ['hangs', 'clock steps'],
    });
  });

  it.each([
    [['--seeds', '0'], '--seeds is 0; it must be a whole number, 1 or more'],
    [['--jobs', ''], '--jobs is ; it must be a whole number, 1 or more'],
    [['--from', 'x'], '--from is x; it must be a whole number, 0 or more'],
    [['--seed', '1.5'], '--seed is 1.5; it must be a whole number, 0 or more'],
    [['--seed', '1e30'], '--seed is 1e30; it must be a whole number, 0 or more'],
    [['--features', 'hangs,none'], "--features names 'none'; there are: failures,"],
    [['--other'], "Unknown option '--other'"],
    [['seed'], "Unexpected argument 'seed'"],
    [['--seed'], "Option '--seed <value>' argument missing"],
  ])('says in one line what is wrong with %j', (args, message) => {
    const read = () => readOptions(args);

    expect(read).toThrow(BadFlag);
    expect(read).toThrow(message);
    expect(read).not.toThrow('\n');
  });
});
