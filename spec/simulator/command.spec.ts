import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runCommand } from '../../src/simulator/command.js';
import { packageVersion } from '../../src/simulator/package-version.js';
import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { KEY, leaksIn, PROMPT } from '../security/support/canaries.js';

const root = join(__dirname, '../..');

async function run(...args: string[]) {
  const printed: string[] = [];
  const complained: string[] = [];
  let simulator: Simulator | undefined;
  const code = await runCommand(args, {
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    version: () => '1.2.3',
    onStart: (started) => (simulator = started),
  });
  return { code, simulator, printed: printed.join('\n'), complained };
}

describe('rxllm-simulator', () => {
  it('starts what the command line asks for and says where and what', async () => {
    const { code, simulator, printed } = await run(
      ...['--port', '0', '--requests-per-minute', '1', '--tokens-per-minute', '500'],
      ...[
        '--limit-model',
        'token-bucket',
        '--charge',
        'prompt+max',
        '--model',
        'a',
        '--model',
        'b',
      ],
      ...['--base-ms', '1', '--per-token-ms', '0', '--seed', '3', '--fault-slow', '0.5'],
    );
    const models = (await (await fetch(`${simulator!.url}/models`)).json()) as { data: unknown };
    await simulator!.close();

    expect(code).toBe(0);
    expect(printed).toContain(`listens at ${simulator!.url}\n`);
    expect(printed).toContain(
      'limits in 60 s: requests 1, tokens 500 (token-bucket, charged prompt+max)',
    );
    expect(models.data).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });

  it.each([
    ['--help', /^Usage: rxllm-simulator [^]*--fault-rate-429 [^]*--fault-status-500 /],
    ['-h', /^Usage/],
    ['--version', /^1\.2\.3$/],
  ])('shows %s and ends', async (flag, text) => {
    const { code, printed } = await run(flag);

    expect(code).toBe(0);
    expect(printed).toMatch(text);
  });

  it.each([
    ['--tokens-per-minute=-5', '--tokens-per-minute is -5; allowed: a number > 0'],
    ['--tokens-per-minute=many', "--tokens-per-minute is 'many'; allowed: a number > 0"],
    ['--limit-model=x', "--limit-model is 'x'; allowed: sliding-log, token-bucket, fixed-window"],
    ['--fault-broken-stream=2', '--fault-broken-stream is 2; allowed: a number from 0 to 1'],
    ['--port=', '--port is empty; allowed: a whole number from 0 to 65535'],
    ['--api-key=', '--api-key is empty; allowed: a text that is not empty'],
    ['--tokens', "Unknown option '--tokens'; see --help"],
    ['--seed', "Option '--seed <value>' argument missing; see --help"],
    ['stray', "Unexpected argument 'stray'"],
  ])('refuses %s with one line', async (argument, line) => {
    const { code, printed, complained } = await run(argument);

    expect(code).toBe(1);
    expect(printed).toBe('');
    expect(complained).toHaveLength(1);
    expect(complained[0]).toContain(`rxllm-simulator: ${line}`);
    expect(complained[0]).not.toContain('\n');
  });

  it('says which port is in use', async () => {
    const other = await startSimulator();
    const { code, complained } = await run('--port', String(other.port));
    await other.close();

    expect(code).toBe(1);
    expect(complained).toEqual([
      `rxllm-simulator: port ${other.port} is in use; choose another with --port`,
    ]);
  });

  it('knows the version of the package that it is in', () => {
    const { version } = jest.requireActual<{ version: string }>('../../package.json');

    expect(packageVersion(__filename)).toBe(version);
  });

  it('shows its stats and exits with 0 on Ctrl-C', async () => {
    const main = join(root, 'src/simulator/main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', main, '--port', '0'], { cwd: root });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!shown.includes('Ctrl-C') && (shown + text).includes('Ctrl-C')) child.kill('SIGINT');
      shown += text;
    });
    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(0);
    expect(shown).toContain('"limitsBroken": 0');
  });
});

/** A key that had lost its flag, by a slip or an empty variable before it, was quoted as an unexpected argument. */
describe('rxllm-simulator', () => {
  it.each([
    [['--api-key', KEY, '--port', '0']],
    [['--api-key', KEY, '--port', 'x']],
    [['--apikey', KEY]],
    [[`--apikey=${KEY}`]],
    [[KEY]],
    [[`it's ${KEY}`]],
    [[`a. ${KEY}`]],
    [[`--${KEY}`]],
    [['--port', KEY]],
    [['--model', KEY, '--limit-model', KEY]],
    [['--charge', PROMPT]],
    [['--api-key', `-${KEY}`]],
    [['--seed', '1', KEY]],
  ])('prints no key: %j', async (args) => {
    const { simulator, printed, complained } = await run(...args);
    await simulator?.close();

    expect(complained.length + printed.length).toBeGreaterThan(0);
    expect(leaksIn([printed, complained])).toEqual([]);
  });
});
