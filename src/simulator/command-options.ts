import { parseArgs } from 'node:util';
import { FAULTS } from '../provider/index.js';
import type { SimulatorOptions } from './options.js';

/** A flag of the command: the option that it sets, and what the help says of it. */
interface Flag {
  readonly option: string;
  readonly kind: 'number' | 'text' | 'list';
  readonly help: string;
}

const kebab = (name: string) => name.replace(/(?<![A-Z0-9])(?=[A-Z0-9])/g, '-').toLowerCase();

/** Every flag that sets an option, by name. */
export const FLAGS: Readonly<Record<string, Flag>> = {
  port: { option: 'port', kind: 'number', help: 'port on 127.0.0.1 (8080; 0 takes a free one)' },
  'requests-per-minute': {
    option: 'requestsPerWindow',
    kind: 'number',
    help: 'most requests a minute (no limit)',
  },
  'tokens-per-minute': {
    option: 'tokensPerWindow',
    kind: 'number',
    help: 'most tokens a minute (no limit)',
  },
  'window-ms': {
    option: 'windowMs',
    kind: 'number',
    help: 'what both count as a minute, in ms (60000)',
  },
  'limit-model': {
    option: 'limitModel',
    kind: 'text',
    help: 'sliding-log, token-bucket or fixed-window (sliding-log)',
  },
  charge: { option: 'charge', kind: 'text', help: 'real, prompt+max or max (real)' },
  'api-key': { option: 'apiKey', kind: 'text', help: 'the key to demand (none)' },
  model: { option: 'models', kind: 'list', help: 'a model that exists; may be repeated (any)' },
  'base-ms': { option: 'latency.baseMs', kind: 'number', help: 'ms to the first token (200)' },
  'per-token-ms': { option: 'latency.perTokenMs', kind: 'number', help: 'ms per token (5)' },
  jitter: { option: 'latency.jitter', kind: 'number', help: 'how much both vary, 0 to 1 (0.2)' },
  'network-ms': { option: 'networkMs', kind: 'number', help: 'ms before admission (0)' },
  seed: { option: 'seed', kind: 'number', help: 'what all chance is drawn from (1)' },
  ...Object.fromEntries(
    FAULTS.map((fault) => [
      `fault-${kebab(fault)}`,
      {
        option: `faults.${fault}`,
        kind: 'number',
        help: `chance of ${fault}, 0 to 1 (0)`,
      } as const,
    ]),
  ),
};

/** What the command line asks for. */
export interface Command {
  readonly help: boolean;
  readonly version: boolean;
  readonly options: SimulatorOptions;
}

/**
 * Reads the command line; ranges are left to `startSimulator`.
 *
 * @throws TypeError from `node:util` for a flag that is unknown or lacks its value
 * @internal
 */
export function readCommand(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      ...Object.fromEntries(
        Object.entries(FLAGS).map(([name, { kind }]) => [
          name,
          { type: 'string', multiple: kind === 'list' } as const,
        ]),
      ),
    },
  });
  const { help, version, ...given } = values as Record<string, string | string[] | boolean>;
  return { help: help === true, version: version === true, options: optionsOf(given) };
}

function optionsOf(given: Record<string, unknown>): SimulatorOptions {
  const options: Record<string, unknown> = { port: 8080 };
  for (const [name, value] of Object.entries(given)) {
    const flag = FLAGS[name];
    if (!flag) continue;
    const [group = '', member] = flag.option.split('.');
    const set = flag.kind === 'number' ? numberOf(value as string) : value;
    options[group] = member ? { ...(options[group] as object | undefined), [member]: set } : set;
  }
  return options;
}

/** What is no number stays as it is, so that the check can show it. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}
