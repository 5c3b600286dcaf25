// Makes the example ready to start: the root's dist, what the lock file says, a copy of the package as it is now,
// and both builds, each only when that is out of date. Needs nothing but Node and npm.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../../spec/support/is-installed.mjs';
import { mustRun, root } from '../../spec/support/run.mjs';

const here = import.meta.dirname;
const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
const inputs = ['src', 'server', 'public', 'angular.json', 'tsconfig.json', 'package-lock.json'];
/** What the package in node_modules was packed from, and what dist was built from. */
const packed = join(here, 'node_modules/.rxllm-from');
const built = join(here, 'dist/.built-from');

try {
  mustRun('node', ['spec/support/set-up.mjs'], { show: true });
  if (!isInstalled(here)) perform('Installing the dependencies of the example', install);
  else if (read(packed) !== digestOfPackage()) perform('Packing rxllm for it', refresh);
  if (read(built) !== digestOfInputs()) perform('Building the example', build);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function perform(title, action) {
  console.log(`${title} …`);
  action();
}

function install() {
  inHere('npm', ['ci', ...quiet]);
  writeFileSync(packed, digestOfPackage());
}

/** npm keeps a copy that is there, whatever it was made of. */
function refresh() {
  rmSync(packed, { force: true });
  rmSync(join(here, 'node_modules/rxllm'), { recursive: true, force: true });
  inHere('npm', ['install', '--no-save', ...quiet]);
  writeFileSync(packed, digestOfPackage());
}

function build() {
  inHere('npm', ['run', '--silent', 'build']);
  mkdirSync(join(here, 'dist'), { recursive: true });
  writeFileSync(built, digestOfInputs());
}

function inHere(command, args) {
  mustRun(command, args, { cwd: here });
}

function digestOfPackage() {
  return digestOf([join(root, 'dist/.built-from'), join(root, 'package.json')]);
}

function digestOfInputs() {
  return digestOf([...inputs.flatMap((input) => filesIn(join(here, input))), packed]);
}

function filesIn(path) {
  if (/\.json$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
