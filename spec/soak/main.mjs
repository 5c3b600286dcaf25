// Load and soak against the simulator over real HTTP: `npm run soak`, a short one with
// `npm run soak -- --calls 2000`. The provider and its callers are processes of their own; each side writes
// down what it sees, and at the end all of it is compared, call by call.
//
// Flags: --calls, --in-flight, --faults (share of requests, 0 to 1), --seed, --lost-after (ms
// until a client takes a request for lost), --minutes (the most it may take).
// --leak, --lose, --twice, --repeat and --swap plant a fault each that must be found.
//
// Prints figures, then `ok`; or what was wrong, where the journals are, and exit code 1.
import { rmSync } from 'node:fs';
import { judge } from './judge.ts';
import { runSoak } from './run-soak.ts';
import { figuresOf } from './show-figures.ts';
import { readSoakOptions } from './soak-options.ts';

try {
  process.exitCode = await soak(readSoakOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`soak: ${error.message}`);
  process.exitCode = 1;
}

async function soak(options) {
  const run = await runSoak(options, import.meta.dirname, progressOf(options.calls));
  console.log(`${figuresOf(run)}\n`);
  const wrong = judge(run);
  if (wrong.length > 0) {
    console.log(wrong.map((line) => `wrong: ${line}`).join('\n'));
    console.log(`The journals of all sides are in ${run.folder}.`);
    return 1;
  }
  rmSync(run.folder, { recursive: true });
  console.log('ok');
  return 0;
}

/** One line that is written over on a terminal, elsewhere a line now and then. */
function progressOf(all) {
  let told = 0;
  return (calls, { heap }) => {
    const line = `${calls} of ${all} calls, heap ${(heap / 1e6).toFixed(1)} MB`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}${calls === all ? '\n' : ''}`);
    else if (calls - told >= all / 10 || calls === all) {
      told = calls;
      console.log(line);
    }
  };
}
