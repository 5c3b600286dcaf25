// A copy of the sources and the specs in a folder of its own, in which faults are planted one after the other.
import { runCLI } from 'jest';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/run.mjs';
import { plant } from './plant.js';

const COPIED = ['src', 'spec', 'package.json', 'tsconfig.json'];

export class Field {
  #folder;

  constructor(folder) {
    this.#folder = folder;
    for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  }

  /** The names of the tests that fail with the fault. */
  async failedWith(fault) {
    const path = join(this.#folder, fault.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, plant(source, fault));
    try {
      return await this.failedOf([fault]);
    } finally {
      writeFileSync(path, source);
    }
  }

  /** The names of the tests that fail of those that are to see these faults, as the sources are now. */
  async failedOf(faults) {
    const { results } = await runCLI(this.#settings(faults), [this.#folder]);
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    const failed = tests.filter(({ status }) => status === 'failed');
    const broken = results.testResults.find(({ testExecError }) => testExecError);
    // A spec that could not be run at all has seen nothing.
    if (broken && failed.length === 0) throw new Error(broken.failureMessage);
    if (results.numPassedTests + failed.length === 0) throw new Error(noTest(faults));
    return failed.map(({ fullName }) => fullName);
  }

  /** In this process: to start Jest anew for each fault would take longer than its tests. */
  #settings(faults) {
    const specs = new Set(faults.map(({ spec }) => join(this.#folder, spec)));
    return {
      $0: 'jest',
      _: [...specs],
      runTestsByPath: true,
      testNamePattern: faults.map(({ test }) => escaped(test)).join('|'),
      runInBand: true,
      ci: true,
      silent: true,
      watchman: false,
      reporters: [],
      cacheDirectory: join(this.#folder, '.jest'),
    };
  }
}

function noTest([{ spec, test }]) {
  return `There is no test “${test}” in ${spec}. Say in spec/planted-faults/faults.ts what it is called now.`;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
