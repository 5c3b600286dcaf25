import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rateTrackerContract } from '../../../src/testing/index.js';
import { definePipelineTests } from './pipeline-tests.js';

const file = join(__dirname, 'node-test.ts');
const root = join(__dirname, '../../..');
const cases = rateTrackerContract({ make: () => null as never, wait: () => {} }).length;

function nodeTest(expectedStarts: string) {
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', file];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, EXPECTED_STARTS: expectedStarts, FORCE_COLOR: '0' },
  });
  return { status, stdout };
}

describe('rxllm/testing', () => {
  describe('in Jest', () => {
    definePipelineTests((name, run) => {
      it(name, async () => {
        await run();
      });
    });
  });

  it('works in node:test, from the package as it is built', () => {
    const { status, stdout } = nodeTest('ab----c');

    expect(stdout).toMatch(new RegExp(`pass ${cases + 1}\\n`));
    expect(status).toBe(0);
  }, 30_000);

  it('fails there with both timelines', () => {
    const { status, stdout } = nodeTest('ab---c');

    expect(stdout).toMatch(/expected {2}ab---c\s+actual {4}ab----c\s+ms {8}0 {2}1 {2}5 {2}6/);
    expect(status).toBe(1);
  }, 30_000);
});
