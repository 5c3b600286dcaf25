import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { reportOf } from '../report.js';

const root = join(__dirname, '../../..');
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');

function simulate(...args: string[]) {
  const command = [tsx, 'spec/simulation/simulate.ts', ...args];
  return spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', timeout: 100_000 });
}

jest.setTimeout(120_000);

describe('npm run simulate', () => {
  it('plays seeds in several processes, and sums up what it met', () => {
    const { status, stdout } = simulate('--seeds', '4', '--jobs', '2', '--features', 'failures');

    expect(stdout).toMatch(/^met: .*failures \d+/m);
    expect(stdout).toMatch(/\n4 seeds, \d+ calls, \d+ events in \d+ s: 0 failed\n$/);
    expect(status).toBe(0);
  });

  it('tells all that happened in one', () => {
    const { status, stdout } = simulate('--seed', '7', '--features', 'cancels,provider');

    expect(stdout).toMatch(/^LLMService-m-0 \d+ 1 queued \n/);
    expect(stdout).toMatch(/\nseed 7 is as it must be: cancels, provider\n$/);
    expect(status).toBe(0);
  });

  it('says in one line what is wrong with its flags', () => {
    const { status, stderr } = simulate('--seeds', 'many');

    expect(stderr).toMatch(/^simulate: --seeds is many; .*\nnpm run simulate -- .*\n$/);
    expect(status).toBe(2);
  });
});

describe('reportOf', () => {
  const played = { seed: 4711, features: ['hangs', 'clock steps'], problems: ['12: is late'] };

  it('ends with the one line that plays the seed again', () => {
    expect(reportOf(played).split('\n')).toEqual([
      'seed 4711 has 1 problems:',
      '  12: is late',
      'features: hangs, clock steps',
      'npm run simulate -- --seed 4711',
    ]);
  });

  it('names the features in that line where they were not those of the seed', () => {
    expect(reportOf(played, played.features)).toMatch(
      /\nnpm run simulate -- --seed 4711 --features 'hangs,clock steps'$/,
    );
  });
});
