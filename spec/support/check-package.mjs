// Checks the package as its users get it: packs it, lints the tarball, installs it in an empty
// folder, and there calls a service and checks the types, as ESM and as CommonJS.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, root } from './run.mjs';

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const folder = mkdtempSync(join(tmpdir(), 'rxllm-package-'));

try {
  const tarball = pack();
  check('publint', () => mustRun('publint', [tarball, '--strict']));
  check('types by every resolution', () => checkTypes(tarball));
  makeConsumer();
  check('the core alone, without optional peers', () => {
    install(tarball, fromLock('rxjs'), fromLock('zod'));
    callBothWays();
    inConsumer('node', 'dashboard.mjs');
  });
  check('every entry, one copy of each class', () => {
    install(fromLock('openai'), fromLock('gpt-tokenizer'), fromLock('@types/node'));
    install(fromLock('@angular/core'));
    inConsumer('node', 'entries.mjs');
  });
  check('types in ESM, CommonJS and bundlers', typecheckBothWays);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

function check(title, action) {
  console.log(title);
  action();
}

function pack() {
  mustRun('npm', ['pack', '--pack-destination', folder]);
  return join(folder, readdirSync(folder)[0]);
}

/** As Angular is ESM only, so is what is made for it. */
function checkTypes(tarball) {
  const angular = ['--entrypoints', './angular'];
  mustRun('attw', [tarball, '--profile', 'node16', '--exclude-entrypoints', './angular']);
  mustRun('attw', [tarball, '--profile', 'esm-only', ...angular]);
}

function makeConsumer() {
  cpSync(join(root, 'spec/fixtures/consumer'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const extension of ['.mts', '.cts']) {
    cpSync(join(folder, 'types.ts'), join(folder, `types${extension}`));
  }
}

function fromLock(name) {
  return `${name}@${lock[`node_modules/${name}`].version}`;
}

function install(...packages) {
  inConsumer('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages);
}

/** Node takes the ESM files for `require` too; other loaders, and Node when told so, do not. */
function callBothWays() {
  inConsumer('node', 'call.mjs');
  inConsumer('node', 'call.cjs');
  inConsumer('node', '--no-experimental-require-module', 'call.cjs');
}

function typecheckBothWays() {
  const strict = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node'];
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  inConsumer('tsc', ...strict, '--module', 'nodenext', 'types.mts', 'types.cts', 'angular.mts');
  inConsumer('tsc', ...strict, ...bundler, 'types.ts', 'angular.mts');
}

function inConsumer(command, ...args) {
  return mustRun(command, args, { cwd: folder });
}
