// Judges reports of Stryker; also as a command: `node spec/mutation/judge.mjs reports/mutation.json …`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutantsIn } from './mutants-in.mjs';

const LEAST_SCORE = 85;
/** The folders in which each mutant that nothing kills is explained in survivors.json. */
export const EXPLAINED = ['queue', 'operators', 'usage'];
/** What becomes of a mutant, and what it is called in the table. */
const FATES = {
  killed: ['Killed', 'RuntimeError'],
  timeout: ['Timeout'],
  survived: ['Survived'],
  uncovered: ['NoCoverage'],
  static: ['Ignored'],
};
const explanations = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = judge(process.argv.slice(2)) ? 0 : 1;

/** Prints how it stands; whether the score is high enough, and every survivor explained where it has to be. */
export function judge(reports) {
  const mutants = reports.flatMap(mutantsIn);
  const folders = [...new Set(mutants.map(folderOf))].sort();
  const rows = folders.map((folder) => [folder, mutants.filter((one) => folderOf(one) === folder)]);
  const counts = [...rows, ['all', mutants]].map(([folder, some]) => [folder, countsOf(some)]);
  console.table(Object.fromEntries(counts));
  const unexplained = unexplainedIn(mutants);
  for (const { file, line, code, mutant } of unexplained)
    console.log(`not explained: ${file}:${line}\n  ${code}\n  ${mutant}`);
  for (const { file, mutant } of explainedInVain(mutants))
    console.log(`explained, but not alive: ${file}\n  ${mutant}`);
  return countsOf(mutants).score >= LEAST_SCORE && unexplained.length === 0;
}

function folderOf({ file }) {
  return /^src\/(.+?)\//.exec(file)?.[1] ?? 'src';
}

function countsOf(mutants) {
  const count = (fate) => mutants.filter(({ status }) => FATES[fate].includes(status)).length;
  const counts = Object.fromEntries(Object.keys(FATES).map((fate) => [fate, count(fate)]));
  const { killed, timeout, survived, uncovered } = counts;
  const tested = killed + timeout + survived + uncovered;
  return { ...counts, score: Math.round((1e4 * (killed + timeout)) / tested) / 100 };
}

function unexplainedIn(mutants) {
  const alive = mutants.filter((one) => isAlive(one) && EXPLAINED.includes(folderOf(one)));
  return alive.filter((one) => !explanations.some((explanation) => isOf(explanation, one)));
}

/** Of the files that were mutated. */
function explainedInVain(mutants) {
  return explanations
    .filter(({ file }) => mutants.some((one) => one.file === file))
    .filter((explanation) => !mutants.some((one) => isAlive(one) && isOf(explanation, one)));
}

function isAlive({ status }) {
  return FATES.survived.includes(status) || FATES.uncovered.includes(status);
}

function isOf(explanation, { file, code, mutant }) {
  return explanation.file === file && explanation.code === code && explanation.mutant === mutant;
}
