/** 0 to 2^31-1. What fast-check draws is the same in every run; `FAST_CHECK_SEED=7 npx jest` draws something else. */
const SEED = Number(process.env['FAST_CHECK_SEED'] ?? 20_261_129);

// Only where a spec imports it: loading it for each of all files would take seconds.
jest.mock('fast-check', () => {
  const fastCheck = jest.requireActual<typeof import('fast-check')>('fast-check');
  fastCheck.configureGlobal({ seed: SEED });
  return fastCheck;
});

export {};
