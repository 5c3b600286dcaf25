import { defineConfig } from 'eslint/config';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const browserRings = ['ai-sdk', 'angular', 'headers', 'openai', 'provider', 'testing'];
const nodeRings = ['cli', 'redis', 'simulator'];
const rings = [...browserRings, ...nodeRings];
const core = 'src/{*.ts,{call,estimate,heap,operators,queue,retry,telemetry,time,usage}/**/*.ts}';

const imports = {
  ring: {
    regex: `(^|/)(${rings.join('|')})(/|$)`,
    message: 'The core imports neither a ring nor its SDK.',
  },
  node: { regex: '^node:', message: 'This runs in browsers too.' },
  zod: { regex: '^zod(/|$)', message: 'In the core, only src/options.ts imports zod.' },
  pipeline: {
    regex: '/(operators|queue)/|/((llm-)?service|run-services|call(-queue)?)\\.js$',
    message: 'What counts usage knows nothing of who waits for it.',
  },
  pastTheIndex: {
    regex: '^\\.\\./(?!((headers|provider)/)?index\\.js$)',
    message: 'A ring imports the core, and what rings share, through their index.js only.',
  },
};

const syntax = {
  zodObject: {
    selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
    message: "`import { z }` bundles every locale of zod; write `import * as z from 'zod'`.",
  },
  newDate: {
    selector: "NewExpression[callee.name='Date']",
    message: 'Time comes from the injected scheduler.',
  },
  async: {
    selector: ':matches(:function[async=true], AwaitExpression, ForOfStatement[await=true])',
    message: 'The core is made of Observables: a promise is not virtual in a marble test.',
  },
};

const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename'];
const timers = ['setTimeout', 'setInterval', 'setImmediate'];
const clocks = [
  ...['Date', 'performance'].map((object) => ({ object, property: 'now' })),
  ...timers.map((property) => ({ object: 'globalThis', property })),
];

const restrictGlobals = (...names) => ({ 'no-restricted-globals': ['error', ...names] });
const restrictImports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const restrictSyntax = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });

// A later block replaces the options of a rule, so each one lists all that holds for its files.
// What depends on how deep a file lies (a ring's own folders) is in spec/import-direction.spec.ts.
export default defineConfig(
  { ignores: ['dist', 'coverage', 'spec/fixtures'] },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.recommended],
  },
  {
    files: ['**/*.ts'],
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
      ...restrictSyntax(syntax.zodObject, syntax.newDate),
    },
  },
  {
    files: [core],
    rules: {
      ...restrictImports(imports.ring, imports.node, imports.zod),
      ...restrictSyntax(syntax.zodObject, syntax.newDate, syntax.async),
    },
  },
  {
    files: ['src/options.ts'],
    rules: restrictImports(imports.ring, imports.node),
  },
  {
    files: ['src/usage/**/*.ts'],
    rules: restrictImports(imports.ring, imports.node, imports.zod, imports.pipeline),
  },
  {
    files: ['src/time/monotonic-scheduler.ts'],
    rules: {
      'no-restricted-properties': 'off',
      ...restrictGlobals(...nodeGlobals),
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
    files: ['spec/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // what Jest's asymmetric matchers are: any
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
