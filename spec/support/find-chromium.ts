import { accessSync, constants } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A browser to run specs in, or why there is none. */
export type FoundChromium = { readonly path: string } | { readonly missing: string };

/** Looks for Chromium: at `CHROMIUM_PATH` and nowhere else where that is set, else where systems have it. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): FoundChromium {
  const { CHROMIUM_PATH: told } = env;
  const places = told ? [told] : USUAL;
  const path = places.find(canRun);
  if (path !== undefined) return { path };
  return { missing: `no program at ${told ? 'CHROMIUM_PATH: ' : ''}${places.join(', ')}` };
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
