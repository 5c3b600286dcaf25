// What an import adds to an application: `npm run size`, and a step of `npm test`. Bundled for a browser as
// an ES module, minified and gzipped by size-limit, without rxjs, zod and Angular, which an
// application has besides.
//
// A limit is what was measured, rounded up to 100 bytes with 50 or more to spare, as compressors differ, so that growth
// is seen: what it is for is written in the change that raises it. What has become smaller lowers it.
const peers = ['rxjs', 'zod', 'openai', 'gpt-tokenizer', '@angular/core'];

export default [
  row('{ LLMService }', '33.5 kB'),
  row('{ LLMService }', '38.8 kB', { note: 'with zod', external: ['rxjs'] }),
  row('{ rateLimit, requestsPerMinute }', '17.1 kB'),
  row('{ TimeBoundedUsageTracker }', '2.9 kB'),
  row('{ requestsPerMinute }', '1.8 kB'),
  row('{ QueueFullError }', '0.6 kB'),
  row('*', '37.0 kB'),
  row('*', '43.2 kB', { entry: 'openai' }),
  row('*', '4.5 kB', { entry: 'angular' }),
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
