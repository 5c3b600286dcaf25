// `npm run simulate -- --seeds 10000`: plays the simulation for many seeds, or shows all of one.
import { Many } from './command/many.js';
import { playOne } from './command/one.js';
import { BadFlag, readOptions, USAGE } from './command/options.js';
import { work } from './command/worker.js';

const [, script = '', ...args] = process.argv;
if (args[0] === 'worker' && process.send) work();
else run();

function run(): void {
  try {
    const options = readOptions(args);
    if (options.seed === undefined) new Many(options, script).start();
    else void playOne(options.seed, options);
  } catch (error) {
    if (!(error instanceof BadFlag)) throw error;
    console.error(`simulate: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
}
