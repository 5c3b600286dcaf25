import { Failure } from '../../examples/summarise/failure.js';
import { readSettings } from '../../examples/summarise/settings.js';

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(readSettings([])).toEqual({
      folder: undefined,
      out: 'summaries.jsonl',
      requestsPerMinute: 90,
      tokensPerMinute: 100_000,
      model: 'gpt-4o-mini',
      limit: Infinity,
      isFresh: false,
      hasDashboard: false,
      wantsHelp: false,
    });
  });

  it('takes a folder and options in any order', () => {
    const args =
      '--limit 3 docs --requests-per-minute=500 --tokens-per-minute 200000 --fresh --dashboard';

    expect(readSettings(args.split(' '))).toMatchObject({
      folder: 'docs',
      limit: 3,
      requestsPerMinute: 500,
      tokensPerMinute: 200_000,
      isFresh: true,
      hasDashboard: true,
    });
  });

  it.each([
    ['--colour', "Unknown option '--colour'; see npm start -- --help"],
    ['a b', 'one folder at a time, not 2: a, b'],
    ['--limit', "Option '--limit <value>' argument missing; see npm start -- --help"],
    ['--limit two', "--limit is 'two'; allowed is a whole number from 1"],
    ['--limit 0', "--limit is '0'; allowed is a whole number from 1"],
    ['--limit=-1', "--limit is '-1'; allowed is a whole number from 1"],
    ['--requests-per-minute 1.5', "--requests-per-minute is '1.5'; allowed is a whole number"],
    ['--tokens-per-minute 999', "--tokens-per-minute is '999'; allowed is a whole number from"],
    ['--model=', '--model is empty; see npm start -- --help'],
    ['--out=', '--out is empty; see npm start -- --help'],
    ['--fresh=yes', "Option '--fresh' does not take an argument; see npm start -- --help"],
  ])('refuses %s in one line', (args, message) => {
    expect(() => readSettings(args.split(' '))).toThrow(Failure);
    expect(() => readSettings(args.split(' '))).toThrow(message);
  });
});
