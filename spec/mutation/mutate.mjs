// `npm run mutate`: tries mutants of the core, folder by folder, or with `-- --mutate 'src/usage/*.ts'` of a part of
// one folder, and judges what Stryker reports.
import { parseArgs } from 'node:util';
import { root, run } from '../support/run.mjs';
import { EXPLAINED, judge } from './judge.mjs';

/** The specs that are near to a folder, where these are not just those of the same folder. */
const NEAR = {
  src: '^(?!service-(simulation|properties))[^/]+$|^usage/service-gate',
  options: '^(?!service-(simulation|properties))[^/]+$|^operators/',
  queue: '^(queue/|service-tenants)',
  operators: '^(operators/|service-(queue-limit|cancel|leaving))',
  usage: '^(usage/|service-leaving)',
  call: '^(call/|service(?!-(simulation|properties)))',
  retry: '^(retry/|service-retry)',
  telemetry: '^(telemetry/|service-(events|call-events|state|expected-wait))',
};
const folders = [
  ...EXPLAINED,
  'heap',
  'time',
  'estimate',
  'retry',
  'telemetry',
  'call',
  'lite',
  'options',
  'src',
];

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

/** Beside the specs that are near only: all of them kill few more, and take many times as long. */
function tryMutants(folder, glob) {
  const specs = NEAR[folder] ?? `^${folder}/`;
  console.log(`\n== ${glob} beside the specs ${specs}`);
  const args = ['run', 'spec/mutation/stryker.config.mjs', '--mutate', glob];
  const env = { MUTATION_PART: folder, MUTATION_SPECS: specs };
  return run('stryker', [...args, '--concurrency', concurrency], { show: true, env }).ok;
}
