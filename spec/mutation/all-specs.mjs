// The one file that Mocha loads: the specs of the core, or those of them whose path matches MUTATION_SPECS, each in a
// suite of its own, the quick ones first.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setJestGlobals } from './jest-globals.mjs';

const folder = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
process.env.TSX_TSCONFIG_PATH = join(folder, 'tsconfig.json');
require('tsx/cjs');
const { config } = require('rxjs');

/** The rings, and what looks at files or starts processes. */
const NOT_OF_THE_CORE =
  /^(angular|bench|browser|dashboard|examples|headers|openai|quota-proof|simulator|testing)\/|^(readme|public-api|import-direction)\.spec/;
/**
 * What takes a second or more, though a mutant that only this kills is rare; and what loads all of the core anew, which
 * would count as all that tries what is done when that is loaded.
 */
const LEFT_OUT =
  /thousand|million|,000|10 MB|grow the stack|keeps no process alive|meets all|nor blocks for ever|holds many entries|two copies of/;
const wanted = new RegExp(process.env.MUTATION_SPECS ?? '');

leaveOut();
setJestGlobals();
drawFew();
const files = readdirSync(folder, { encoding: 'utf8', recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.spec.ts') && !NOT_OF_THE_CORE.test(file) && wanted.test(file))
  .sort((one, other) => rankOf(one) - rankOf(other));
for (const file of files) suite(file);

function rankOf(file) {
  if (file.includes('simulation')) return 3;
  if (/model|properties|window-of/.test(file)) return 2;
  return file.includes('/') ? 0 : 1;
}

function suite(file) {
  describe(`${file}:`, function () {
    const { onUnhandledError } = config;
    this.timeout(20_000);
    after(() => {
      config.onUnhandledError = onUnhandledError;
    });
    const playAll = file.includes('simulation') ? playFew() : () => {};
    require(join(folder, file));
    playAll();
  });
}

function leaveOut() {
  const quick =
    (name) =>
    (title, ...rest) =>
      LEFT_OUT.test(title) ? undefined : define[name](title, ...rest);
  const define = { it: globalThis.it, describe: globalThis.describe };
  for (const name of ['it', 'describe'])
    globalThis[name] = Object.assign(quick(name), define[name]);
}

/** Of what is drawn by chance an eighth of the cases is tried, the same ones each time; none is made smaller. */
function drawFew() {
  const fc = require('fast-check');
  const assert = (property, { numRuns = 100, ...rest } = {}) =>
    fc.assert(property, { seed: 1, ...rest, numRuns: Math.ceil(numRuns / 8), endOnFailure: true });
  const few = { ...fc, assert };
  require.cache[require.resolve('fast-check')].exports = { ...few, default: few, __esModule: true };
}

/** Of a simulation, the first tenth of the seeds is played. */
function playFew() {
  const { each } = globalThis.it;
  globalThis.it.each = (rows) => each(rows.slice(0, Math.ceil(rows.length / 10)));
  return () => (globalThis.it.each = each);
}
