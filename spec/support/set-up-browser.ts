// Sees to it that there is a browser for the specs that need one. Where this machine is the program's own, as in a
// container (root, and Debian's apt-get), Chromium is installed; anywhere else that is the user's to do, and the
// specs are skipped and counted until then. Nothing fails here.
import { findChromium } from './find-chromium.js';
import { run } from './run.mjs';

const found = findChromium();
if ('path' in found) console.log(found.path);
else if (!mayInstall()) complain(found.missing);
else {
  console.log('Installing Chromium …');
  const output = install();
  if ('missing' in findChromium()) complain(output);
}

function mayInstall(): boolean {
  const isToldWhere = Boolean(process.env['CHROMIUM_PATH']);
  return !isToldWhere && process.getuid?.() === 0 && run('apt-get', ['--version']).ok;
}

function install(): string {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const steps = [['update'], ['install', '-y', 'chromium']].map((args) =>
    run('apt-get', args, { env }),
  );
  return steps.map(({ output }) => output.trimEnd().split('\n').slice(-5).join('\n')).join('\n');
}

function complain(why: string): void {
  console.warn(`NO BROWSER, so what needs one is SKIPPED: ${why}`);
  console.warn('Install Chromium, or set CHROMIUM_PATH to a browser of its kind.');
}
