// Builds dist with plain tsc, one file per module: ESM, and a CommonJS copy for the loaders that
// cannot require ESM (Jest among them). A stamp in dist says what it was built from.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePageFiles } from './page-files.mjs';
import { mustRun, root } from './run.mjs';

const dist = join(root, 'dist');
const stamp = join(dist, '.built-from');
const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'spec/support/build.mjs'];
const commonJs = ['--module', 'commonjs', '--moduleResolution', 'bundler', '--outDir', 'dist/cjs'];

export function build() {
  writePageFiles();
  const digest = digestOfSources();
  rmSync(dist, { recursive: true, force: true });
  mustRun('tsc', []);
  mustRun('tsc', commonJs);
  // Angular is ESM only: its CommonJS copy is in no entry, and could not be loaded.
  rmSync(join(dist, 'cjs/angular'), { recursive: true });
  writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(stamp, digest);
}

export function isBuilt() {
  writePageFiles();
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources();
}

function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of [...settings, ...sources()]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function sources() {
  return readdirSync(join(root, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file))
    .sort();
}
