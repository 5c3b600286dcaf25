// `npm test`: all that a change must pass. A step that fails does not stop the next ones, so that
// one run shows every problem; the last line counts them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

const results = [
  step('set-up', 'node', ['spec/support/set-up.mjs']),
  step('browser', 'tsx', ['spec/support/set-up-browser.ts'], { show: true }),
  step('example', 'node', ['examples/angular/set-up.mjs']),
  step('typecheck', 'npm', ['run', '--silent', 'typecheck']),
  step('lint', 'npm', ['run', '--silent', 'lint']),
  specs(),
  step('planted faults', 'tsx', ['spec/planted-faults/run.mjs'], { show: true }),
  step('bundle size', 'size-limit', ['--config', 'spec/support/size-limit.mjs']),
  step('package', 'node', ['spec/support/check-package.mjs']),
];
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((outcome) =>
  results.reduce((sum, result) => sum + (result[outcome] ?? 0), 0),
);

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

/** One command counts as one test and is silent unless it fails, or has something to show. */
function step(title, command, args, { show = false } = {}) {
  console.log(`\n== ${title}`);
  const { ok, output } = run(command, args, { show });
  console.log(ok ? 'ok' : output.trimEnd());
  return ok ? { passed: 1 } : { failed: 1 };
}

function specs() {
  console.log('\n== specs');
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-specs-'));
  const report = join(folder, 'report.json');
  try {
    const { ok } = run('jest', ['--ci', '--json', '--outputFile', report], { show: true });
    return outcomesIn(JSON.parse(readFileSync(report, 'utf8')), ok);
  } catch {
    return { failed: 1 }; // Jest did not come as far as to write its report
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that cannot even be loaded has no failing tests, and counts as one. */
function outcomesIn(report, ok) {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: ok ? failed : Math.max(failed, 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
