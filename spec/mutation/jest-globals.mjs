// Gives the specs, under Mocha, the globals that Jest gives them: those of them that they use.
import { createRequire } from 'node:module';
import { ModernFakeTimers } from '@jest/fake-timers';
import { bind } from 'jest-each';
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({
  global: globalThis,
  config: { rootDir: process.cwd(), fakeTimers: {} },
});
let specFile = import.meta.filename;

const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  useFakeTimers: () => timers.useFakeTimers(),
  useRealTimers: () => timers.useRealTimers(),
  setSystemTime: (now) => timers.setSystemTime(now),
  advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
  advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
  // What is loaded within a test would count as covered by it, and by it alone.
  isolateModules: () => {},
  requireActual: (module) => createRequire(specFile)(module),
};

/** Whose relative paths `jest.requireActual` is told from now on. */
export function setSpecFile(file) {
  specFile = file;
}

/** To be called when Mocha has set its own globals. */
export function setJestGlobals() {
  Object.assign(globalThis, {
    jest,
    expect,
    beforeAll: globalThis.before,
    afterAll: globalThis.after,
  });
  globalThis.it.each = bind(globalThis.it, false);
  globalThis.describe.each = bind(globalThis.describe, false);
}
