import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
const src = join(root, 'src');

/** Prints what countTokens says, and the name of a service that counts without it. */
const SCRIPT = `
  const messages = [
    { role: 'system', content: 'You are a friendly bot' },
    { role: 'user', content: 'How are you?' },
  ];
  const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
  const client = { chat: { completions: { create() {} } } };
  console.log(attempt(() => countTokens(messages, 'gpt-4')));
  console.log(new OpenAIService({ client, modelName: 'any' }).name);
`;

/** The ring and the core as Node runs them, with nothing around but their own dependencies. */
describe.each(['esm', 'cjs'])('rxllm/openai as %s in a plain Node', (kind) => {
  let folder: string;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), `rxllm-openai-${kind}-`)));
    mkdirSync(join(folder, 'node_modules'));
    ['rxjs', 'tslib', 'zod'].forEach(install);
    ['openai', 'gpt-tokenizer'].forEach(keepOut);
    const type = kind === 'esm' ? 'module' : 'commonjs';
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(folder, 'main.js'), (kind === 'esm' ? esm : cjs) + SCRIPT);
    compile();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const names = '{ countTokens, OpenAIService }';
  const esm = `import ${names} from './lib/openai/index.js';`;
  const cjs = `const ${names} = require('./lib/openai/index.js');`;

  function compile(): void {
    const module = kind === 'esm' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS;
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022 };
    for (const file of sources()) {
      const { outputText } = ts.transpileModule(readFileSync(join(src, file), 'utf8'), {
        compilerOptions,
      });
      const target = join(folder, 'lib', file.replace(/ts$/, 'js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, outputText);
    }
  }

  /** A package that fails to load, as one that is missing; yet none from a folder above is found. */
  function keepOut(name: string): void {
    mkdirSync(join(folder, 'node_modules', name));
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), '{ "exports": {} }');
  }

  function install(name: string): void {
    rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }

  function run(cwd: string): string[] {
    const printed = execFileSync(process.execPath, [join(folder, 'main.js')], {
      cwd,
      encoding: 'utf8',
    });
    return printed.trim().split('\n');
  }

  it('loads without openai and gpt-tokenizer, and says that it cannot count', () => {
    expect(run(folder)).toEqual(['TOKENIZER_MISSING', 'OpenAIService-any']);
  });

  it('counts with gpt-tokenizer once it is installed, wherever the program is started', () => {
    install('gpt-tokenizer');

    expect(run('/')).toEqual(['20', 'OpenAIService-any']);
  });
});

function sources(): string[] {
  const files = readdirSync(src, { encoding: 'utf8', recursive: true });
  return files.filter((file) => file.endsWith('.ts') && !file.startsWith('simulator'));
}
