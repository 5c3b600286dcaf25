// Prints the public API as JSON: for each entry of the package, its declarations as text. With
// `--update`, writes them as the golden files that spec/public-api.spec.ts compares with.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { describeModules } from './declarations.mjs';
import { mustRun, root } from './run.mjs';

const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(packageJson.exports).filter((entry) => entry !== './package.json');

const api = await publicApi();
if (process.argv.includes('--update')) update();
else console.log(JSON.stringify(api));

/** `{ rxllm: '…', openai: '…' }` */
async function publicApi() {
  const options = { ...packageJson.prettier, parser: 'typescript' };
  const texts = await Promise.all(describeEntries().map((text) => format(text, options)));
  return Object.fromEntries(entries.map((entry, index) => [nameOf(entry), texts[index]]));
}

function nameOf(entry) {
  return entry === '.' ? 'rxllm' : entry.slice('./'.length);
}

function describeEntries() {
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-api-'));
  try {
    mustRun('tsc', ['--emitDeclarationOnly', '--noCheck', '--outDir', folder]);
    return describeModules(entries.map((entry) => join(folder, entry, 'index.d.ts')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function update() {
  const golden = join(root, 'spec/fixtures/public-api');
  rmSync(golden, { recursive: true, force: true });
  mkdirSync(golden, { recursive: true });
  for (const [name, text] of Object.entries(api)) {
    writeFileSync(join(golden, `${name}.d.ts`), text);
  }
}
