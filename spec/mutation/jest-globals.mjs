// Gives the specs, under Mocha, the globals that Jest gives them: those of them that they use.
import { ModernFakeTimers } from '@jest/fake-timers';
import { bind } from 'jest-each';
import { expect } from 'expect';
import { ModuleMocker } from 'jest-mock';

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({
  global: globalThis,
  config: { rootDir: process.cwd(), fakeTimers: {} },
});

const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  useFakeTimers: () => timers.useFakeTimers(),
  useRealTimers: () => timers.useRealTimers(),
  setSystemTime: (now) => timers.setSystemTime(now),
  advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
  advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
};

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
