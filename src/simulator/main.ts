#!/usr/bin/env node
import { runCommand } from './command.js';
import { packageVersion } from './package-version.js';
import type { Simulator } from './start-simulator.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

void runCommand(process.argv.slice(2), {
  print,
  complain: (line) => process.stderr.write(`${line}\n`),
  version: () => packageVersion(process.argv[1] ?? '.'),
}).then((started) => {
  if (typeof started === 'number') process.exitCode = started;
  else stopOn(started);
});

/** Shows what has happened and ends; the second time the signal has its usual effect. */
function stopOn(simulator: Simulator): void {
  const stop = () => {
    print(`\n${JSON.stringify(simulator.stats(), undefined, 2)}`);
    void simulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
