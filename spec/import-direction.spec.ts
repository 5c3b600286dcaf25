import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import ts from 'typescript';

interface Import {
  /** Seen from src: `openai/index.ts`. */
  readonly file: string;
  /** The same for a file of ours, else the name of a package. */
  readonly target: string;
}

const rings = [
  'ai-sdk',
  'angular',
  'cli',
  'dashboard',
  'headers',
  'openai',
  'provider',
  'redis',
  'simulator',
  'testing',
];
/** What rings share: the one reader of what providers send, and the one provider that is simulated. */
const shared = ['headers/index.ts', 'provider/index.ts'];
const src = join(__dirname, '../src');
const files = readdirSync(src, { encoding: 'utf8', recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(src, file), 'utf8'));
  return importedFiles.map(({ fileName }) => ({ file, target: targetOf(file, fileName) }));
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

/** Packages that are loaded with a file of ours, and with all that it imports; types are not. */
function packagesLoadedWith(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const text = readFileSync(join(src, file), 'utf8');
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  return ts
    .preProcessFile(outputText)
    .importedFiles.map(({ fileName }) => targetOf(file, fileName))
    .flatMap((target) => (files.includes(target) ? packagesLoadedWith(target, seen) : [target]));
}

/** The ring that a file of ours is in; nothing for the core and for packages. */
function ringOf(path: string): string | undefined {
  return path.endsWith('.ts') ? rings.find((ring) => path.startsWith(`${ring}/`)) : undefined;
}

/** Whatever neither imports one of the others nor is imported by one is in no cycle. */
function importsInCycles(left: readonly Import[]): readonly Import[] {
  const inside = left.filter(
    (one) => left.some((i) => i.target === one.file) && left.some((i) => i.file === one.target),
  );
  return inside.length === left.length ? left : importsInCycles(inside);
}

function shown(found: readonly Import[]): string[] {
  return found.map(({ file, target }) => `${file} imports ${target}`);
}

describe('an import in src', () => {
  it('leads to a file that exists', () => {
    const lost = imports.filter(
      ({ target }) => /^\.|\.ts$/.test(target) && !files.includes(target),
    );

    expect(shown(lost)).toEqual([]);
  });

  it('is part of no cycle', () => {
    expect(shown(importsInCycles(imports))).toEqual([]);
  });

  it('never leads from the core to a ring', () => {
    const outwards = imports.filter(({ file, target }) => !ringOf(file) && ringOf(target));

    expect(shown(outwards)).toEqual([]);
  });

  it('never leads from elsewhere to lite/, which is made of the same parts as what it stands beside', () => {
    const isOfLite = (path: string) => path.startsWith('lite/');
    const fromElsewhere = imports.filter(({ file, target }) => isOfLite(target) && !isOfLite(file));

    expect(shown(fromElsewhere)).toEqual([]);
  });

  it('loads nothing but rxjs with rxllm/lite', () => {
    expect(new Set(packagesLoadedWith('lite/index.ts'))).toEqual(new Set(['rxjs']));
    expect(packagesLoadedWith('index.ts')).toContain('zod/mini');
  });

  it('leads from a ring to its own files, to the index of the core and to packages only', () => {
    const inwards = imports
      .filter(({ file, target }) => ringOf(file) && files.includes(target))
      .filter(({ file, target }) => ringOf(target) !== ringOf(file) && target !== 'index.ts')
      .filter(({ target }) => !shared.includes(target));

    expect(shown(inwards)).toEqual([]);
  });

  it('leads to zod from options/ of the core, and from options.ts or options/ of a ring, only', () => {
    const schemas = imports.filter(({ target }) => /^zod(\/|$)/.test(target));
    const isOfOptions = ({ file }: Import) =>
      ringOf(file)
        ? /^[^/]+\/options(\.ts|\/[^/]+)$/.test(file)
        : posix.dirname(file) === 'options';

    expect(schemas).not.toEqual([]);
    expect(shown(schemas.filter((schema) => !isOfOptions(schema)))).toEqual([]);
  });
});
