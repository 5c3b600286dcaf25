// How the scripts of this folder run a command: in the project's folder, its own tools first.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const tools = join(root, 'node_modules/.bin');
const ownEnv = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` };

/** Answers whether the command succeeded and what it printed; with `show`, prints it at once. */
export function run(command, args, { cwd = root, show = false, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...ownEnv, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32', // where npm and tsc are .cmd files
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  return { ok: status === 0, output: [stdout, stderr, error?.message].filter(Boolean).join('\n') };
}

/** The same for a command that the rest depends on: throws what it printed when it fails. */
export function mustRun(command, args, options) {
  const { ok, output } = run(command, args, options);
  if (!ok) throw new Error(`${command} ${args.join(' ')}\n${output}`);
  return output;
}
