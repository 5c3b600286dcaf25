// `npm run mutate`: tries mutants of the core, folder by folder, or with `-- --mutate 'src/usage/*.ts'` of a part of
// one folder, and judges what Stryker reports.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { root, run } from '../support/run.mjs';
import { EXPLAINED, judge } from './judge.mjs';

/** The specs that are near to a folder, where these are not just those of the same folder. */
const NEAR = {
  src: '^(?!service-(simulation|properties))[^/]+$',
  call: '^(call/|service(?!-(simulation|properties)))',
  retry: '^(retry/|service-retry)',
  telemetry: '^(telemetry/|service-(events|call-events|state|expected-wait))',
};
const folders = [...EXPLAINED, 'heap', 'time', 'estimate', 'retry', 'telemetry', 'call', 'src'];

const { mutate, concurrency } = parseArgs({
  options: { mutate: { type: 'string' }, concurrency: { type: 'string', default: '2' } },
}).values;
const parts = mutate
  ? [{ folder: /^src\/(\w+)\//.exec(mutate)?.[1] ?? 'src', glob: mutate }]
  : folders.map((folder) => ({
      folder,
      glob: folder === 'src' ? 'src/*.ts' : `src/${folder}/**/*.ts`,
    }));
const ok = parts.every(({ folder, glob }) => tryMutants(folder, glob));
const reports = parts.map(({ folder }) => `${root}/reports/mutation/${folder}.json`);
process.exitCode = ok && judge(reports) ? 0 : 1;

/** Most die by the specs that are near, in no time; where survivors are explained, these meet all the others too. */
function tryMutants(folder, glob) {
  const outcomes = `reports/mutation/${folder}.outcomes.json`;
  rmSync(`${root}/${outcomes}`, { force: true });
  const rounds = [NEAR[folder] ?? `^${folder}/`, ...(EXPLAINED.includes(folder) ? [''] : [])];
  return rounds.every((specs) => {
    console.log(`\n== ${glob} beside ${specs ? `specs like ${specs}` : 'all specs of the core'}`);
    const where = ['--mutate', glob, '--incremental', '--incrementalFile', outcomes];
    const args = [
      'run',
      'spec/mutation/stryker.config.mjs',
      '--concurrency',
      concurrency,
      ...where,
    ];
    const env = { MUTATION_PART: folder, MUTATION_SPECS: specs };
    return run('stryker', args, { show: true, env }).ok;
  });
}
