// Proves, in virtual time, that quotas are used and never broken: `npm run bench:quota`, some of the
// limits with `npm run bench:quota -- 60000 200000`.
//
// 15 simulated minutes against each kind of provider (how it counts, what it charges; "requests": it
// limits these too; "told": the quota's model is the provider's), with 5 seeds; beside it the original:
// total < limit, a window of 70 s. See spec/quota-proof/prove-quota.ts for what the figures are.
//
// Must: no 429, and the shares in the columns "must", the worst of the seeds each; "total" is all that
// was charged as a share of what the 15 minutes grant, "long run" the share that is kept up. A row
// that misses, or that cannot be computed, ends with exit code 1.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cellOf, KINDS, LIMITS, SLOW_KIND, SLOW_LEARNING_KIND } from '../quota-proof/cells.ts';

const CHILD = fileURLToPath(new URL('./quota-cell.ts', import.meta.url));
const MOST_PROCESSES = 4;
const HEAD = ['provider', 'total', 'must', 'long run', 'must', '429', 'fullest minute'];
const ORIGINAL_HEAD = ['original: total', 'long run', '429', 'verdict'];

const start = performance.now();
const limits = chosenLimits(process.argv.slice(2));
const cells = limits.flatMap((limit) =>
  [...KINDS, SLOW_KIND, SLOW_LEARNING_KIND].map((kind) => ({
    ...cellOf(kind, limit),
    isJudged: KINDS.includes(kind),
  })),
);
await computeAll(cells);
for (const limit of limits) show(limit);
const misses = cells.filter(({ verdict }) => verdict !== 'ok').length;
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(`\n${cells.length - misses} of ${cells.length} rows ok (${seconds} s)`);
process.exitCode = misses > 0 ? 1 : 0;

function chosenLimits(names) {
  const unknown = names.filter((name) => !LIMITS.includes(Number(name)));
  if (unknown.length === 0) return names.length > 0 ? names.map(Number) : LIMITS;
  console.error(`No limit is ${unknown.join(', ')}; there are ${LIMITS.join(', ')}.`);
  return process.exit(1);
}

/** The longest first, so that no process is left alone with one at the end. */
async function computeAll(all) {
  const queue = all.toSorted((one, other) => other.limit - one.limit);
  const processes = Math.min(MOST_PROCESSES, availableParallelism(), queue.length);
  await Promise.all(Array.from({ length: processes }, () => computeFrom(queue)));
}

async function computeFrom(queue) {
  const child = fork(CHILD);
  const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`exit code ${code}`)));
  died.catch(() => {}); // it ends when it has no more to do
  for (let cell = queue.shift(); cell; cell = queue.shift()) {
    child.send(cell);
    const [figures] = await Promise.race([once(child, 'message'), died]);
    Object.assign(cell, figures, { verdict: verdictOf(cell, figures.rxllm) });
  }
  child.disconnect();
}

function verdictOf({ isJudged, mustTotal, mustUse }, proofs) {
  if (sum(proofs, 'refused429') > 0) return '429';
  if (!isJudged) return 'ok';
  const reached = least(proofs, 'totalShare') >= mustTotal && least(proofs, 'usedShare') >= mustUse;
  return reached ? 'ok' : 'miss';
}

function show(limit) {
  const rows = cells.filter((cell) => cell.limit === limit).map(rowOf);
  console.log(`\n${limit.toLocaleString('en')} tokens a minute, 15 minutes, 5 seeds`);
  console.log(table([[...HEAD, ...ORIGINAL_HEAD], ...rows]));
}

function rowOf({ kind, isJudged, mustTotal, mustUse, rxllm, original, verdict }) {
  const must = (share) => (isJudged ? `>= ${percent(share, 1)}` : '');
  return [
    kind.name,
    percent(least(rxllm, 'totalShare')),
    must(mustTotal),
    percent(least(rxllm, 'usedShare')),
    must(mustUse),
    String(sum(rxllm, 'refused429')),
    percent(most(rxllm, 'largestWindow')),
    range(original, 'totalShare'),
    range(original, 'usedShare'),
    original.length > 0 ? String(sum(original, 'refused429')) : '',
    verdict,
  ];
}

function range(proofs, figure) {
  if (proofs.length === 0) return '';
  return `${percent(least(proofs, figure))} to ${percent(most(proofs, figure))}`;
}

/** The first and the last column begin at the left, figures end at the right. */
function table([head, ...rows]) {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at].length)));
  const rule = widths.map((width) => '-'.repeat(width));
  const isText = (at) => at === 0 || at === head.length - 1;
  const aligned = (row) =>
    row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]) : cell.padStart(widths[at])));
  return [head, rule, ...rows].map((row) => `  ${aligned(row).join('  ')}`.trimEnd()).join('\n');
}

function percent(share, digits = 2) {
  return `${(100 * share).toFixed(digits)} %`;
}

function sum(proofs, figure) {
  return proofs.reduce((total, proof) => total + proof[figure], 0);
}

function least(proofs, figure) {
  return Math.min(...proofs.map((proof) => proof[figure]));
}

function most(proofs, figure) {
  return Math.max(...proofs.map((proof) => proof[figure]));
}
