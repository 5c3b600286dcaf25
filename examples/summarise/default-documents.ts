import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from './failure.js';

/** Documents of this size take about a minute within the default quotas, as they are worth two windows. */
const BYTES_OF_ONE_MINUTE = 620_000;

/** A README that is shorter only says where to look. */
const LEAST_BYTES = 500;

const IS_README = /^readme\.(md|markdown|txt)$/i;

/**
 * The READMEs of the packages that are installed, those first that package.json names, as many as
 * are summarised in about a minute.
 */
export async function documentsOfDependencies(root: string): Promise<string[]> {
  const folder = join(root, 'node_modules');
  const packages = await packagesIn(folder).catch((error: unknown) => {
    throw fileFailure('read', folder, error);
  });
  const named = await namesIn(join(root, 'package.json'));
  const inOrder = [...packages].sort((a, b) => Number(named.has(b)) - Number(named.has(a)));
  const readmes = await Promise.all(inOrder.map((name) => readmeOf(join(folder, name))));
  return upToOneMinute(readmes.flat());
}

/** Names in alphabetical order: `rxjs`, `@types/node`. */
async function packagesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const packages = names.map(async (name) => {
    if (!name.startsWith('@')) return name.startsWith('.') ? [] : [name];
    return (await readdir(join(folder, name))).map((inScope) => `${name}/${inScope}`);
  });
  return (await Promise.all(packages)).flat().sort();
}

async function namesIn(packageFile: string): Promise<Set<string>> {
  const { dependencies, devDependencies } = JSON.parse(await readFile(packageFile, 'utf8')) as {
    readonly [kind: string]: Readonly<Record<string, string>> | undefined;
  };
  return new Set(Object.keys({ ...dependencies, ...devDependencies }));
}

async function readmeOf(folder: string): Promise<{ path: string; bytes: number }[]> {
  const files = await readdir(folder).catch(() => []); // not a folder
  const readme = files.sort().find((file) => IS_README.test(file));
  if (readme === undefined) return [];
  const path = join(folder, readme);
  return [{ path, bytes: (await stat(path)).size }];
}

/** Takes each that still fits, so that the sum is the same however the packages change. */
function upToOneMinute(files: readonly { path: string; bytes: number }[]): string[] {
  let left = BYTES_OF_ONE_MINUTE;
  return files.flatMap(({ path, bytes }) => {
    if (bytes < LEAST_BYTES || bytes > left) return [];
    left -= bytes;
    return [path];
  });
}
