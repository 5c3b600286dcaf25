/** What is mutated unless `--mutate` says otherwise: the core. */
const core = 'src/{*.ts,{call,estimate,heap,operators,queue,retry,telemetry,time,usage}/**/*.ts}';

export default {
  mutate: [core],
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
  jsonReporter: { fileName: 'reports/mutation.json' },
  allowEmpty: true,
};
