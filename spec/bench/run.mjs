// Runs the benchmarks: `npm run bench`, one of them with `npm run bench -- backlog`, the raw
// figures into a file with `npm run bench -- --json figures.json`.
//
// Every case of every round runs in a fresh process. The rounds go through all subjects in turn,
// each second one backwards, so that the noise of the machine hits all of them alike; the median
// of the rounds counts, and ratios are taken within one run. A figure that misses what it must
// reach says so and fails nothing; a crash or a wrong result ends with exit code 1.
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './measure.mjs';
import { table } from './table.mjs';

const WORKS = [
  'throughput',
  'backlog',
  'cancel',
  'priorities',
  'tenants',
  'realtime',
  'waiting',
  'reservation',
  'scale',
  'dashboard',
];
const ALIASES = { queue: 'backlog' };
const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const TIMEOUT_MS = 60_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
process.exitCode = await run(chosenWorks(positionals), options.json);

async function run(names, jsonFile) {
  const raw = {};
  const rows = [];
  for (const name of names) {
    const work = await import(`./${name}.mjs`);
    raw[name] = await resultsOf(name, work);
    rows.push(...show(name, work, raw[name]));
  }
  if (jsonFile) await writeFile(jsonFile, JSON.stringify(raw, undefined, 2));
  return rows.some(({ broken }) => broken) ? 1 : 0;
}

function chosenWorks(positionals) {
  const names = positionals.map((name) => ALIASES[name] ?? name);
  const unknown = names.filter((name) => !WORKS.includes(name));
  if (unknown.length === 0) return names.length > 0 ? names : WORKS;
  console.error(`No benchmark is called ${unknown.join(', ')}; there are ${WORKS.join(', ')}.`);
  return process.exit(1);
}

function show(name, work, results) {
  const seconds = results.reduce((sum, { runs }) => sum + runs.reduce((s, r) => s + r.tookS, 0), 0);
  const rows = work.rows(figuresIn(results));
  console.log(`\n${name}: ${work.title} (${seconds.toFixed(0)} s)\n${table(rows)}`);
  return rows;
}

/** `(name, figure)`: the median over the rounds of that case; `undefined` if it never finished. */
function figuresIn(results) {
  return (name, figure, middle = median) => {
    const runs = results.find((result) => result.name === name).runs;
    const values = runs.map((run) => run[figure]).filter((value) => value !== undefined);
    return values.length > 0 ? middle(values) : undefined;
  };
}

async function resultsOf(work, { cases, rounds, parallel = false }) {
  const results = cases.map((one) => ({ name: one.name, one, runs: [] }));
  const step = async ({ one, runs }) => runs.push(await inFreshProcess(work, one));
  for (let round = 0; round < rounds; round++) {
    const due = results.filter(({ one }) => round < (one.rounds ?? rounds));
    const order = round % 2 ? due.toReversed() : due;
    if (parallel) await Promise.all(order.map(step));
    else for (const result of order) await step(result);
  }
  return results;
}

async function inFreshProcess(work, one) {
  const start = performance.now();
  const figures = await figuresOf(work, one);
  return { ...figures, tookS: (performance.now() - start) / 1000 };
}

/** Figures of one process; none where a case that may take too long did. */
function figuresOf(work, one) {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [work, JSON.stringify(one)], {
      execArgv: ['--expose-gc'],
      timeout: one.boundMs ?? TIMEOUT_MS,
    });
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0 || (signal && one.boundMs)) resolve({});
      else reject(new Error(`${work} ${one.name} ended with ${signal ?? code}`));
    });
  });
}
