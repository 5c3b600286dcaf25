// `npm run mutate`: tries mutants of the core, or of what `--mutate` names, and judges what Stryker reports.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../support/run.mjs';
import { judge } from './judge.mjs';
import config from './stryker.config.mjs';

const report = join(root, config.jsonReporter.fileName);
rmSync(report, { force: true });
const args = ['run', 'spec/mutation/stryker.config.mjs', ...process.argv.slice(2)];
const { ok } = run('stryker', args, { show: true });
process.exitCode = ok && judge([report]) ? 0 : 1;
