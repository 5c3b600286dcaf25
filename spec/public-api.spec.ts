import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import packageJson from '../package.json';

const entries = Object.keys(packageJson.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => (entry === '.' ? 'rxllm' : entry.slice(2)));

function goldenOf(entry: string): string {
  const file = join(__dirname, `fixtures/public-api/${entry}.d.ts`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

describe('public API', () => {
  let api: Record<string, string>;

  beforeAll(() => {
    const script = join(__dirname, 'support/public-api.mjs');
    api = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  }, 60_000);

  // The change is meant? `npm run api -- --update` writes the golden files anew.
  it.each(entries)('of %s is its golden file (else: npm run api -- --update)', (entry) => {
    expect(api[entry]).toBe(goldenOf(entry));
  });
});
