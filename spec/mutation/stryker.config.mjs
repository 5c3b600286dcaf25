const { MUTATION_PART: part = 'core' } = process.env;

/** Used by mutate.mjs, which says what is mutated. */
export default {
  mutate: ['src/{*.ts,{call,estimate,heap,operators,queue,retry,telemetry,time,usage}/**/*.ts}'],
  testRunner: 'mocha',
  plugins: ['@stryker-mutator/mocha-runner'],
  mochaOptions: { spec: ['spec/mutation/all-specs.mjs'] },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 2_000,
  timeoutFactor: 1.5,
  disableTypeChecks: false,
  ignorePatterns: ['dist', 'examples', 'reports', '.ci'],
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${part}.json` },
  allowEmpty: true,
};
