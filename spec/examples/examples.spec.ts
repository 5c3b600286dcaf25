import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const numbered = readdirSync(join(root, 'examples')).filter((name) => /^\d+-.*\.ts$/.test(name));

/** What each must show, in this order; `npm test` has built what they import. */
const shown: Readonly<Record<string, readonly RegExp[]>> = {
  '01-hello.ts': [
    /^0\.\d\d s {2}echo one$/,
    /^0\.\d\d s {2}echo two$/,
    /^1\.\d\d s {2}echo three$/,
  ],
  '02-pipe-requests.ts': [
    /^call 1 \(R\) started$/,
    /^call 1 \(R\) cancelled$/,
    /^call 4 \(RxJS\) started$/,
    /^ {2}RxJS > A library for RxJS$/,
    /^call 4 \(RxJS\) completed$/,
  ],
  '03-dashboard.ts': [
    /^█+░* +\d+ tokens\/s +1\d queued {2}\d in flight {2}running$/,
    /^█+░* +\d+ tokens\/s +\d queued {2}\d in flight {2}running$/,
    /^20 answers$/,
    /closed$/,
  ],
  '04-marble-test.ts': [
    /^ {2}starts {5}ab----c$/,
    /^ {2}answers {4}---AB----C\|$/,
    /^ {2}answers {4}---------C\|$/,
    /^TimelineMismatchError: /,
    /^ {2}expected {2}ab---c$/,
    /^ {2}actual {4}ab----c$/,
  ],
  '05-openai-stream.ts': [
    /^An Observable is a collection .* subscribes\.$/,
    /^96 characters/,
    /requests: 1/,
    /^limits broken: 0$/,
  ],
  '06-chat-queue.ts': [
    /^bob {2}number 1 in the queue$/,
    /^ann {2}result$/,
    /^bob {2}after 0\.\d s$/,
    /^cat {2}> small 1$/,
    /^ann {2}after 1\.\d s$/,
  ],
};

describe('the numbered examples', () => {
  const runs = new Map<string, Promise<string[]>>();

  // All at once: most of their time they wait.
  beforeAll(() => {
    for (const name of numbered) runs.set(name, linesOf(name));
  });

  it.each(numbered)(
    '%s shows what it is about, and ends by itself',
    async (name) => {
      const lines = (await runs.get(name)) ?? [];
      const parts = shown[name] ?? [/nothing is known of it in this spec/];
      const matchers = parts.map((part) => expect.stringMatching(part) as unknown);
      expect(lines).toEqual(expect.arrayContaining(matchers));
      const places = parts.map((part) => lines.findIndex((line) => part.test(line)));
      expect(places).toEqual([...places].sort((one, other) => one - other));
    },
    30_000,
  );
});

async function linesOf(name: string): Promise<string[]> {
  const args = ['--import', 'tsx', join('examples', name)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    timeout: 25_000,
  });
  return stdout.split('\n');
}
