import { defineConfig } from 'eslint/config';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const browserRings = ['ai-sdk', 'angular', 'headers', 'openai', 'provider', 'testing'];
const nodeRings = ['cli', 'dashboard', 'redis', 'simulator'];
const rings = [...browserRings, ...nodeRings];
const core =
  'src/{*.ts,{call,errors,estimate,heap,lite,operators,options,queue,retry,telemetry,time,usage}/**/*.ts}';

const imports = {
  ring: {
    regex: `(^|/)(${rings.join('|')})(/|$)`,
    message: 'The core imports neither a ring nor its SDK.',
  },
  node: {
    regex: '^(node:|(timers|perf_hooks|process|worker_threads)(/|$))',
    message: 'This runs in browsers too.',
  },
  zod: { regex: '^zod(/|$)', message: 'In the core, only src/options/ imports zod.' },
  pipeline: {
    regex: '/(operators|queue)/|/((llm-)?service|run-services|call(-queue)?)\\.js$',
    message: 'What counts usage knows nothing of who waits for it.',
  },
  pastTheIndex: {
    regex: '^\\.\\./(?!((headers|provider)/)?index\\.js$)',
    message: 'A ring imports the core, and what rings share, through their index.js only.',
  },
  timed: {
    regex: '^rxjs$',
    importNamePattern: `^(${timedByRxJS().join('|')})$`,
    message: 'It takes its time from RxJS, unless it is told another; say `timer(ms, scheduler)`.',
  },
};

function timedByRxJS() {
  const schedulers = ['async', 'asap', 'queue', 'animationFrame'].map((kind) => `${kind}Scheduler`);
  const operators = ['delay', 'debounceTime', 'auditTime', 'throttleTime', 'sampleTime', 'timeout'];
  const rare = ['interval', 'animationFrames', 'bufferTime', 'windowTime', 'timeInterval'];
  return [...schedulers, ...operators, ...rare, 'timeoutWith', 'timestamp'];
}

const coreImports = [imports.ring, imports.node, imports.timed];

const syntax = {
  zodObject: {
    selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
    message: "`import { z }` bundles every locale of zod; write `import * as z from 'zod'`.",
  },
  // Wherever it stands: `new Date()`, `Date()`, `const { now } = Date`, `globalThis.Date`. A type, an
  // `instanceof` and what reads a text do not ask for the time.
  date: {
    selector:
      "Identifier[name='Date']" +
      ':not(TSTypeReference > Identifier)' +
      ":not(BinaryExpression[operator='instanceof'] > Identifier.right)" +
      ':not(MemberExpression[computed=false][property.name=/^(parse|UTC)$/] > Identifier.object)',
    message: 'Time comes from the injected scheduler.',
  },
  // Without a scheduler these go by the one of RxJS, which follows the wall clock.
  timer: {
    selector:
      "CallExpression[callee.name='timer']:not([arguments.length=2][arguments.1.name='scheduler'])",
    message: 'Time comes from the injected scheduler: `timer(ms, scheduler)`.',
  },
  replay: {
    selector: "NewExpression[callee.name='ReplaySubject'][arguments.length=2]",
    message: 'Time comes from the injected scheduler: `new ReplaySubject(size, ms, scheduler)`.',
  },
  async: {
    selector:
      ':matches(:function[async=true], AwaitExpression, ForOfStatement[await=true], ImportExpression)',
    message: 'The core is made of Observables: a promise is not virtual in a marble test.',
  },
};

const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename'];
const timers = ['setTimeout', 'setInterval', 'setImmediate'];
const clocks = [
  ...['Date', 'performance'].map((object) => ({ object, property: 'now' })),
  ...timers.map((property) => ({ object: 'globalThis', property })),
];
/** What knows the time, or comes later by itself; also by way of the global object. */
const timeGlobals = [
  ...['performance', 'Temporal', 'queueMicrotask', 'MessageChannel', 'requestAnimationFrame'],
  ...['requestIdleCallback', 'globalThis', 'window', 'self'],
];
const signalTimer = { object: 'AbortSignal', property: 'timeout' };

const restrictGlobals = (...names) => ({ 'no-restricted-globals': ['error', ...names] });
const restrictImports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const restrictSyntax = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });

// A later block replaces the options of a rule, so each one lists all that holds for its files.
// What depends on how deep a file lies (a ring's own folders) is in spec/import-direction.spec.ts.
export default defineConfig(
  {
    ignores: [
      ...['dist', 'coverage', 'reports', '.stryker-tmp', 'spec/fixtures'],
      'src/dashboard/page-files.ts',
      'examples/angular/dist',
    ],
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.recommended],
  },
  {
    // It has packages of its own, which need not be installed here: rules that need no types.
    files: ['examples/angular/**/*.ts'],
    extends: [tseslint.configs.strict],
  },
  {
    files: ['**/*.ts'],
    ignores: ['examples/angular/**'],
    extends: [tseslint.configs.strictTypeChecked, rxjsX.configs.recommended],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'spec/tsconfig.json', 'examples/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off', // a hook may return void | Promise<void>
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      ...restrictSyntax(syntax.zodObject),
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...clocks],
      ...restrictGlobals(...nodeGlobals, ...timers),
      ...restrictSyntax(syntax.zodObject, syntax.date),
    },
  },
  {
    files: [core],
    rules: {
      'no-restricted-properties': ['error', ...clocks, signalTimer],
      ...restrictGlobals(...nodeGlobals, ...timers, ...timeGlobals),
      ...restrictImports(...coreImports, imports.zod),
      ...restrictSyntax(syntax.zodObject, syntax.date, syntax.timer, syntax.replay, syntax.async),
    },
  },
  {
    files: ['src/options/*.ts'],
    rules: restrictImports(...coreImports),
  },
  {
    files: ['src/usage/**/*.ts'],
    rules: restrictImports(...coreImports, imports.zod, imports.pipeline),
  },
  {
    // Those that know what RxJS takes its time from, for everybody else.
    files: ['src/time/{monotonic-scheduler,ms-until,next-turn}.ts'],
    rules: restrictImports(imports.ring, imports.node, imports.zod),
  },
  {
    files: ['src/time/monotonic-scheduler.ts'],
    rules: {
      'no-restricted-properties': 'off',
      ...restrictGlobals(...nodeGlobals, ...timers),
      ...restrictSyntax(syntax.zodObject, syntax.async),
    },
  },
  {
    files: [`src/{${browserRings}}/**/*.ts`],
    rules: restrictImports(imports.node),
  },
  {
    files: [`src/{${browserRings}}/*.ts`],
    rules: restrictImports(imports.pastTheIndex, imports.node),
  },
  {
    files: [`src/{${nodeRings}}/**/*.ts`],
    rules: restrictGlobals(...timers),
  },
  {
    files: [`src/{${nodeRings}}/*.ts`],
    rules: restrictImports(imports.pastTheIndex),
  },
  {
    files: ['src/simulator/main.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': 'off',
      ...restrictSyntax(syntax.zodObject),
    },
  },
  {
    // What runs in a browser, and shows what time it is.
    files: ['src/dashboard/page/**/*.ts'],
    rules: {
      'no-restricted-properties': 'off',
      ...restrictGlobals(...nodeGlobals),
      ...restrictImports(imports.node),
      ...restrictSyntax(syntax.zodObject),
    },
  },
  {
    files: ['spec/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // what Jest's asymmetric matchers are: any
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Angular asks for instances of abstract classes, and of empty ones, and makes them its own way.
    files: ['spec/angular/**/*.ts'],
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
);
