// Makes a clone ready to use: installs what the lock file says and builds dist, each only when that
// is out of date. `--rebuild` builds in any case. Needs nothing but Node and npm.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, root } from './run.mjs';

const rebuild = process.argv.includes('--rebuild');

try {
  if (!isInstalled()) perform('Installing the dependencies', install);
  // It needs what was installed only now.
  const { build, isBuilt } = await import('./build.mjs');
  if (rebuild || !isBuilt()) perform('Building dist', build);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function perform(title, action) {
  console.log(`${title} …`);
  action();
}

function install() {
  mustRun('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund']);
}

/** npm writes down what it installed; optional packages are those of other platforms. */
function isInstalled() {
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json'))
    .filter(([path]) => path !== '')
    .every(([path, { version, optional }]) =>
      installed[path] ? installed[path].version === version : optional,
    );
}

function packagesIn(lockFile) {
  const path = join(root, lockFile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}
