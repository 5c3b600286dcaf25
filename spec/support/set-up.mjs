// Makes a clone ready to use: installs what the lock file says and builds dist, each only when that
// is out of date. `--rebuild` builds in any case. Needs nothing but Node and npm.
import { isInstalled } from './is-installed.mjs';
import { mustRun, root } from './run.mjs';

const rebuild = process.argv.includes('--rebuild');

try {
  if (!isInstalled(root)) perform('Installing the dependencies', install);
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
