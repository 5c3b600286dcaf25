// What an import adds to an application: `npm run size`, and a step of `npm test`. Bundled for a browser as
// an ES module, minified and gzipped by size-limit, without rxjs, zod and Angular, which an
// application has besides.
//
// A limit is what was measured, rounded up to 100 bytes with 50 or more to spare, as compressors differ, so that growth
// is seen: what it is for is written in the change that raises it. What has become smaller lowers it.
const withZod = { note: 'with zod', external: ['rxjs'] };
const peers = ['rxjs', 'zod', 'openai', 'gpt-tokenizer', '@angular/core'];

export default [
  row('{ LLMService, requestsPerMinute }', '8.0 kB', { entry: 'lite' }),
  row('{ LLMService, requestsPerMinute }', '8.0 kB', { entry: 'lite', ...withZod }),
  row('{ LLMService, requestsPerMinute, retries }', '11.7 kB', { entry: 'lite' }),
  row('{ LLMService }', '32.8 kB'),
  row('{ LLMService }', '38.2 kB', withZod),
  row('{ rateLimit, requestsPerMinute }', '16.9 kB'),
  row('{ TimeBoundedUsageTracker }', '2.8 kB'),
  row('{ requestsPerMinute }', '1.5 kB'),
  row('{ QueueFullError }', '0.6 kB'),
  row('*', '36.5 kB'),
  row('*', '42.6 kB', { entry: 'openai' }),
  row('*', '4.4 kB', { entry: 'angular' }),
  row('*', '6.8 kB', { entry: 'headers' }),
];

function row(imports, limit, { entry = '.', note = '', external = peers } = {}) {
  return {
    name: [imports, `of rxllm/${entry}`.replace('/.', ''), note].filter(Boolean).join(' '),
    path: `../../dist/esm/${entry}/index.js`,
    ...(imports !== '*' && { import: imports }),
    limit,
    gzip: true,
    modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', target: 'es2022', external }),
  };
}
