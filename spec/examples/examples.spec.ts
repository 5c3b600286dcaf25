import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const numbered = readdirSync(join(root, 'examples')).filter((name) => /^\d+-.*\.ts$/.test(name));

/** What each must show, in this order; `npm test` has built what they import. */
const shown: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  '01-hello.ts': ['s  echo one\n', 's  echo two\n', /^1\.\d\d s {2}echo three$/m],
  '02-pipe-requests.ts': [
    'call 1 (R) started',
    'call 1 (R) cancelled',
    'call 4 (RxJS) started',
    'RxJS > A library for RxJS\n',
    'call 4 (RxJS) completed',
  ],
  '03-dashboard.ts': [
    /^█+░* +\d+ tokens\/s +\d+ queued +\d in flight +running$/m,
    '20 answers',
    'closed',
  ],
  '04-marble-test.ts': ['abc|', '---AB----(C|)', 'ab-c|', '---------(C|)'],
  '05-openai-stream.ts': [
    'An Observable is a collection that arrives over time.',
    'requests: 1',
    'limits broken: 0',
  ],
};

describe('the numbered examples', () => {
  const runs = new Map<string, Promise<string>>();

  // All at once: most of their time they wait.
  beforeAll(() => {
    for (const name of numbered) runs.set(name, outputOf(name));
  });

  it.each(numbered)(
    '%s shows what it is about, and ends by itself',
    async (name) => {
      let rest = (await runs.get(name)) ?? '';
      for (const part of shown[name] ?? ['nothing is known of it in this spec']) {
        expect(rest).toMatch(part);
        rest = rest.slice(rest.search(part));
      }
    },
    30_000,
  );
});

async function outputOf(name: string): Promise<string> {
  const args = ['--import', 'tsx', join('examples', name)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    timeout: 25_000,
  });
  return stdout + stderr;
}
