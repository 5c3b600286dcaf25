import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json';
import * as angular from '../src/angular/index.js';
import * as core from '../src/index.js';
import * as openai from '../src/openai/index.js';
import * as testing from '../src/testing/index.js';
import { initTestBed } from './angular/support/init-test-bed.js';
import { FLAGS } from '../src/simulator/command-options.js';
import { type Block, blocksIn, promisedLogs, run } from './support/snippets.js';
import { typeErrorsIn } from './support/type-errors.js';

const root = join(__dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = blocksIn(readme);
const snippets = blocks.filter(({ language }) => language === 'ts');
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'))
  .map((line) => line.replace(/ +#.*$/, ''));

/** Longer than every window in it but the day's. */
const VIRTUAL_TIME_MS = 10 * 60_000;

/** What speaks to a server needs real time; everything else has time that Jest moves. */
function isRealTime({ code }: Block): boolean {
  return /from 'rxllm\/(dashboard|openai|simulator)'/.test(code);
}

// As Angular's own command does before the tests of an application.
beforeAll(initTestBed);

describe('README.md', () => {
  it('has only code that is run, commands, texts and diagrams', () => {
    const languages = new Set(blocks.map(({ language }) => language));
    expect([...languages].sort()).toEqual(['sh', 'text', 'ts']);
  });

  it('has snippets that TypeScript accepts, with nothing in them unused', () => {
    const modules = Object.fromEntries(snippets.map(({ line, code }) => [`readme-${line}`, code]));
    const errors = typeErrorsIn(join(root, 'examples/tsconfig.json'), modules);
    expect(Object.entries(errors).filter(([, found]) => found.length > 0)).toEqual([]);
  }, 60_000);

  describe('snippet at line', () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    it.each(snippets.filter((snippet) => !isRealTime(snippet)))(
      '$line logs what it says, and leaves no timer',
      async ({ code }) => {
        jest.useFakeTimers();
        const { evaluated, logs } = run(code, requireInSpec);
        await Promise.all([evaluated, jest.advanceTimersByTimeAsync(VIRTUAL_TIME_MS)]);
        expect(logs()).toEqual(promisedLogs(code));
        expect(jest.getTimerCount()).toBe(0);
      },
      60_000,
    );

    it.each(snippets.filter(isRealTime))(
      '$line logs what it says',
      async ({ code }) => {
        const { evaluated, logs } = run(code, require);
        await evaluated;
        expect(logs()).toEqual(promisedLogs(code));
      },
      30_000,
    );
  });

  it.each(commands)('names a command that exists: %s', (command) => {
    expect(problemWith(command)).toBeUndefined();
  });

  it.each(errorCodes())('explains the error %s', (code) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${code}\``, 'm'));
  });
});

/** A snippet's own tests are run as it defines them; they are synchronous, as marble tests are. */
function requireInSpec(module: string): unknown {
  const it = (_name: string, test: () => void) => {
    test();
  };
  const load: (module: string) => unknown = require;
  return module === 'node:test' ? { it } : load(module);
}

function errorCodes(): string[] {
  const { RxllmError, ...others } = { ...core, ...angular, ...openai, ...testing };
  return Object.values<unknown>(others)
    .filter((one): one is typeof RxllmError => RxllmError.isPrototypeOf(one as object))
    .map(({ code }) => code ?? 'no code');
}

/** Why a line of a shell would fail; commands of npm itself are taken as they are. */
function problemWith(command: string): string | undefined {
  const [program, first = '', ...rest] = command.split(' ');
  const words = [first, ...rest];
  if (program === 'npm' && first === 'install') return undefined;
  if (program === 'npm') return scriptProblem(first === 'run' ? rest[0]! : first);
  if (first === 'tsx') return existsSync(join(root, rest[0]!)) ? undefined : 'no such file';
  if (!(first in packageJson.bin)) return `no command ${first}`;
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
  const unknown = flags.filter((flag) => !(flag in FLAGS));
  return unknown.length > 0 ? `no flag ${unknown.join(', ')}` : undefined;
}

function scriptProblem(script: string): string | undefined {
  return script in packageJson.scripts ? undefined : `no script ${script}`;
}
