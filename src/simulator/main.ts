#!/usr/bin/env node
import { runCommand } from './command.js';
import { packageVersion } from './package-version.js';
import type { Simulator } from './start-simulator.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Shows what has happened and ends; the second time the signal has its usual effect. */
function stopOnSignal(simulator: Simulator): void {
  const stop = () => {
    print(`\n${JSON.stringify(simulator.stats(), undefined, 2)}`);
    void simulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

void runCommand(process.argv.slice(2), {
  print,
  complain: (line) => process.stderr.write(`${line}\n`),
  version: () => packageVersion(process.argv[1] ?? '.'),
  onStart: stopOnSignal,
}).then((code) => {
  process.exitCode = code;
});
