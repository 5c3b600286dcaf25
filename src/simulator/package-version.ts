import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version in the nearest `package.json` above a file; `'unknown'` where there is none.
 *
 * It looks at files instead of importing one, so that it is the same in ESM and CJS.
 *
 * @internal
 */
export function packageVersion(file: string): string {
  let folder = dirname(realpathSync(file));
  while (dirname(folder) !== folder) {
    const version = versionIn(folder);
    if (version !== undefined) return version;
    folder = dirname(folder);
  }
  return 'unknown';
}

/** A `package.json` without a version, as each half of a dual package has one, is passed over. */
function versionIn(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
