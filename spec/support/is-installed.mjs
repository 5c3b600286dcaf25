// Whether a folder's node_modules hold what its lock file says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** npm writes down what it installed; optional packages are those of other platforms. */
export function isInstalled(folder) {
  const installed = packagesIn(join(folder, 'node_modules/.package-lock.json'));
  return Object.entries(packagesIn(join(folder, 'package-lock.json')))
    .filter(([path]) => path !== '')
    .every(([path, { version, optional }]) =>
      installed[path] ? installed[path].version === version : optional,
    );
}

function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}
