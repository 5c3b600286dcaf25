import { parseArgs } from 'node:util';
import { type Feature, FEATURES } from '../features.js';

/** What the command was told. */
export interface SimulateOptions {
  /** How many seeds are played, from which on. */
  readonly seeds: number;
  readonly from: number;
  /** The one that is played, and told of in full; undefined for many. */
  readonly seed: number | undefined;
  /** Just these, whatever seeds say. */
  readonly only: readonly Feature[] | undefined;
  readonly jobs: number;
  /** After how many failures it gives up. */
  readonly failures: number;
}

export const USAGE = `npm run simulate -- [--seeds 300] [--from 0] [--seed n] [--features a,b] [--jobs 2] [--failures 5]`;

/** What a flag was that cannot be. */
export class BadFlag extends Error {}

/** Reads the flags of the command; throws `BadFlag` with one line that says what is wrong. */
export function readOptions(args: string[]): SimulateOptions {
  const values = parse(args);
  const seed = values['seed'];
  return {
    seeds: whole('seeds', values['seeds'], 300, 1),
    from: whole('from', values['from'], 0, 0),
    seed: seed === undefined ? undefined : whole('seed', seed, 0, 0),
    only: featuresIn(values['features']),
    jobs: whole('jobs', values['jobs'], 2, 1),
    failures: whole('failures', values['failures'], 5, 1),
  };
}

const NAMES = ['seeds', 'from', 'seed', 'features', 'jobs', 'failures'];

function parse(args: string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new BadFlag((error as Error).message.split('. ')[0]);
  }
}

function whole(name: string, given: string | undefined, usual: number, least: number): number {
  const value = given === undefined ? usual : Number(given);
  if (Number.isSafeInteger(value) && value >= least && given !== '') return value;
  throw new BadFlag(`--${name} is ${String(given)}; it must be a whole number, ${least} or more`);
}

function featuresIn(given: string | undefined): readonly Feature[] | undefined {
  const names = given?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !FEATURES.includes(name as Feature));
  if (unknown === undefined) return names as Feature[] | undefined;
  throw new BadFlag(`--features names '${unknown}'; there are: ${FEATURES.join(', ')}`);
}
