import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/index.js';

const root = join(__dirname, '../..');
const program = [
  join(root, 'node_modules/tsx/dist/cli.mjs'),
  // With this, what runs is the source, not a dist that may be older.
  ...['--tsconfig', join(root, 'examples/tsconfig.json')],
  join(root, 'examples/summarise/main.ts'),
];

let folder: string;
let file: string;
let simulator: Simulator | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxllm-summarise-'));
  file = join(folder, 'summaries.jsonl');
  mkdirSync(join(folder, 'docs'));
});

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, 'docs', name), content);
}

/** `npm start docs`, in a folder of its own and without the keys of whoever runs this. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...program, ...args], {
    cwd: folder,
    detached: true, // a group of its own, as in a terminal
    env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', ...env },
  });
}

async function ended(child: ChildProcess) {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, ...output };
}

const run = (args: readonly string[] = ['docs'], env?: NodeJS.ProcessEnv) =>
  ended(start(args, env));

/** A terminal tells the whole group, and tsx may pass it on once more. */
function pressCtrlC({ pid = 0 }: ChildProcess): void {
  process.kill(-pid, 'SIGINT');
}

const pathsDone = () =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { path: string }).path)
    .sort();

async function linesIn(count: number): Promise<void> {
  const isThere = () => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > count;
  const watcher = watch(folder);
  while (!isThere()) await once(watcher, 'change');
  watcher.close();
}

describe('npm start', () => {
  jest.setTimeout(60_000);

  it('summarises each document of a folder, with a table at the end and no 429', async () => {
    write('short.md', '# Short\n\nA short document. It says little.');
    write('long.txt', 'Sections are cut where a paragraph ends.\n\n'.repeat(500));

    const { exitCode, stdout, stderr } = await run();

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Asking the simulator/);
    expect(stdout).toMatch(/documents +│ 2 summarised/);
    expect(stdout).toMatch(/calls +│ 5 /);
    expect(stdout).toMatch(/answers of 429 +│ 0, and 0 by the simulator's own count/);
    expect(pathsDone()).toEqual(['docs/long.txt', 'docs/short.md']);
    const results = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(results.map((line) => JSON.parse(line) as unknown)).toContainEqual({
      path: 'docs/short.md',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      title: 'Short',
      summary: 'A short document. It says little.',
      keywords: expect.arrayContaining(['document']),
      sections: 1,
      tokens: expect.any(Number),
    });
  });

  it('shows the job on a page where asked to, and ends with it', async () => {
    write('short.md', '# Short\n\nA short document. It says little.');
    const child = start(['docs', '--dashboard']);
    const seen = new Promise<unknown>((resolve) => {
      child.stdout!.on('data', (text: Buffer) => {
        const [, url] = /^Dashboard: (http\S+)$/m.exec(text.toString()) ?? [];
        if (url) resolve(fetch(`${url}state`).then((response) => response.json()));
      });
    });
    const { exitCode, stdout, stderr } = await ended(child);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/$/m);
    expect(await seen).toMatchObject({
      services: [{ model: 'gpt-4o-mini', quotas: [{ unit: 'requests' }, { unit: 'tokens' }] }],
    });
  });

  it('does nothing twice: only what is new or has changed, and all of it when asked to', async () => {
    write('same.md', '# Same');
    write('changed.md', '# Changed');
    await run();

    const again = await run();
    write('changed.md', '# Changed since');
    const changed = await run();
    const fresh = await run(['docs', '--fresh']);

    expect(again.stdout).toMatch(/^All 2 documents done before/);
    expect(again.stdout).toMatch(/calls +│ 0 /);
    expect(changed.stdout).toMatch(/^1 of 2 documents done before/);
    expect(changed.stdout).toMatch(/calls +│ 1 /);
    expect(fresh.stdout).toMatch(/calls +│ 2 /);
    expect(pathsDone()).toEqual(['docs/changed.md', 'docs/same.md']);
    expect([again, changed, fresh].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  it('stops at Ctrl-C with whole lines only, and goes on from there', async () => {
    const names = ['1.md', '2.md', '3.md', '4.md', '5.md'];
    for (const name of names) write(name, `# Document ${name}`);

    const child = start(['docs', '--requests-per-minute', '3']);
    const end = ended(child);
    await linesIn(3);
    pressCtrlC(child);
    const stopped = await end;
    const before = pathsDone();
    const goneOn = await run();

    expect(stopped.exitCode).toBe(130);
    expect(stopped.stdout).toMatch(/Stopped with 2 documents left; the same command goes on/);
    expect(before).toHaveLength(3);
    expect(goneOn.exitCode).toBe(0);
    expect(goneOn.stdout).toMatch(/^3 of 5 documents done before/);
    expect(pathsDone()).toEqual(names.map((name) => `docs/${name}`));
  });

  it('goes on where a file is no text or huge, names it, and exits with 1', async () => {
    write('a.md', '# A');
    write('b.md', new Uint8Array([0, 1, 2]));
    write('c.md', 'c'.repeat(4_000_001));

    const { exitCode, stdout, stderr } = await run();

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^skipped 1 file \(not text in UTF-8\): docs\/b\.md$/m);
    expect(stderr).toMatch(/^skipped 1 file \(larger than 4 MB\): docs\/c\.md$/m);
    expect(stdout).toMatch(/documents +│ 1 summarised, 2 skipped/);
  });

  describe('says what is wrong in one line, and exits with 1', () => {
    async function expectFailure(message: RegExp, ...given: Parameters<typeof run>) {
      const { exitCode, stderr } = await run(...given);

      expect(stderr).toMatch(message);
      expect(stderr.split('\n')).toEqual([expect.any(String), '']);
      expect(exitCode).toBe(1);
    }

    it('for a folder that is not there', () =>
      expectFailure(/^nowhere: cannot read it: no such file or folder$/m, ['nowhere']));

    it('for an empty folder', () => expectFailure(/^docs: no documents in it/));

    it('for a folder of nothing but binary and huge files', async () => {
      write('a.md', new Uint8Array([0, 1, 2]));
      write('b.md', 'b'.repeat(4_000_001));

      await expectFailure(
        /^nothing to summarise: .*\(not text in UTF-8\): docs\/a\.md; .*\(larger than 4 MB\)/,
      );
    });

    it('for a bad option', () => expectFailure(/^Unknown option '--colour'/, ['--colour']));

    it('for a wrong key, which it does not show, and keeps what was there', async () => {
      write('a.md', '# A');
      await run();
      simulator = await startSimulator({ apiKey: 'sk-right-0123456789abcdef' });
      const wrong = {
        OPENAI_BASE_URL: simulator.url,
        OPENAI_API_KEY: 'sk-wrong-0123456789abcdef',
      };
      const port = String(simulator.port);

      await expectFailure(
        new RegExp(
          `^127\\.0\\.0\\.1:${port} refuses the key \\(401\\); set OPENAI_API_KEY to a valid one$`,
          'm',
        ),
        ['docs', '--fresh'],
        wrong,
      );
      expect(pathsDone()).toEqual(['docs/a.md']);
      expect(simulator.stats().requests).toBe(0);
    });

    it('for a provider that is not there', async () => {
      write('a.md', '# A');
      const gone = await startSimulator();
      await gone.close();

      await expectFailure(/^no answer from 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/, ['docs'], {
        OPENAI_BASE_URL: gone.url,
      });
    });
  });
});
