// Gives the specs, under Mocha, the globals that Jest gives them: those of them that they use.
import { createRequire } from 'node:module';
import { sep } from 'node:path';
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
  isolateModules,
  requireActual: (module) => createRequire(specFile)(module),
};

/** What is required in there is loaded anew, and forgotten afterwards. */
function isolateModules(work) {
  const { cache } = createRequire(specFile);
  const ours = Object.entries(cache).filter(([path]) => !path.includes(`${sep}node_modules${sep}`));
  for (const [path] of ours) delete cache[path];
  try {
    work();
  } finally {
    Object.assign(cache, Object.fromEntries(ours));
  }
}

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
