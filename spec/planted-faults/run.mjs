// Plants the faults, each by itself, and shows which test has seen it; fails where none has.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from './faults.js';

const LANES = 2;
const LONGEST_MS = 300_000;

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'rxllm-planted-'));
const reports = (await Promise.all(shares().map(told))).flat();
rmSync(folder, { recursive: true, force: true });
const rows = faults.map((fault) =>
  rowOf(
    fault,
    reports.find(({ name }) => name === fault.name),
  ),
);
const unseen = rows.filter(({ isSeen }) => !isSeen);
const seconds = Math.round((performance.now() - started) / 1_000);

for (const { text } of rows) console.log(text);
for (const { isDone, error } of reports) if (isDone && error) console.log(error);
console.log(`${faults.length} faults planted, ${unseen.length} not seen (${seconds} s)`);
process.exitCode = unseen.length > 0 ? 1 : 0;

/** Those that one spec is to see go together, as it is compiled once then. */
function shares() {
  const sorted = [...faults].sort((one, other) => one.spec.localeCompare(other.spec));
  const most = Math.ceil(sorted.length / LANES);
  return Array.from({ length: LANES }, (_, lane) => sorted.slice(lane * most, (lane + 1) * most));
}

/** What a process for these has told when it has ended: when all is done, or when a fault keeps it from that. */
function told(ours, number) {
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'];
  const lane = fork(join(import.meta.dirname, 'lane.mjs'), { stdio, timeout: LONGEST_MS });
  const reports = [];
  let complaints = '';
  lane.stderr.on('data', (text) => (complaints += text));
  lane.on('message', (report) => {
    reports.push(report);
    // By itself it might not end: a fault may have left a timer behind.
    if (report.isDone) lane.kill();
  });
  lane.send({ folder: join(folder, `${number}`), names: ours.map(({ name }) => name) });
  return new Promise((resolve) => {
    lane.once('close', () => {
      const isDone = reports.some((report) => report.isDone);
      resolve(isDone ? reports : [...reports, { isDone: true, error: complaints }]);
    });
  });
}

function rowOf({ name, breaks, lint }, { failed = [], messages = [], error } = {}) {
  const isSeen = failed.length > 0 && (!lint || messages.length > 0);
  const by = [failed[0], ...messages.slice(0, 1).map((message) => `lint: ${message}`)];
  const seen = error ?? (isSeen ? `seen by “${by.join('” and “')}”` : 'NOT SEEN');
  return { isSeen, text: `${breaks.padEnd(4)}${name}\n    ${seen}` };
}
