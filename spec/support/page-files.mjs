// Writes src/dashboard/page-files.ts: the dashboard's page as texts, so that a server has it wherever it is
// installed or bundled. Each module of the page becomes one that browsers load as it is; uPlot comes along.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import ts from 'typescript';
import { root } from './run.mjs';

const page = join(root, 'src/dashboard/page');
const target = join(root, 'src/dashboard/page-files.ts');
const uplot = join(createRequire(import.meta.url).resolve('uplot'), '..');

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const HEAD = `// Made by spec/support/page-files.mjs from src/dashboard/page; not to be edited.

/** What a browser is given of the page, by name. */
export const pageFiles: Readonly<Record<string, { readonly type: string; readonly text: string }>> = `;

/** Written only where something has changed, so that nothing is built again for nothing. */
export function writePageFiles() {
  const text = `${HEAD}${JSON.stringify(filesOfPage(), null, 2)};\n`;
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

function filesOfPage() {
  const own = readdirSync(page)
    .sort()
    .map((file) => served(file, readFileSync(join(page, file), 'utf8')));
  const others = [
    served('uplot.js', licensed(readFileSync(join(uplot, 'uPlot.esm.js'), 'utf8'))),
    served('uplot.css', licensed(readFileSync(join(uplot, 'uPlot.min.css'), 'utf8'))),
  ];
  return Object.fromEntries([...own, ...others].map(({ name, ...rest }) => [name, rest]));
}

function served(file, source) {
  const extension = extname(file);
  if (extension !== '.ts') return { name: file, type: types[extension], text: source };
  return { name: `${basename(file, '.ts')}.js`, type: types['.js'], text: moduleOf(source) };
}

/** Browsers know no packages. */
function moduleOf(source) {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: 'es2022', module: 'esnext', verbatimModuleSyntax: true },
  });
  return outputText.replaceAll(/ from 'uplot'/g, " from './uplot.js'");
}

/** As its licence asks of each copy. */
function licensed(source) {
  return `/*\n${readFileSync(join(uplot, '../LICENSE'), 'utf8').trim()}\n*/\n${source}`;
}
