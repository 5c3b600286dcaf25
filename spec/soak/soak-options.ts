import { parseArgs } from 'node:util';

/** What one soak is made of. */
export interface SoakOptions {
  readonly calls: number;
  /** The most calls in flight at once; half as many again wait in the queue. */
  readonly inFlight: number;
  /** The share of requests that meet a fault, 0 to 1. */
  readonly faults: number;
  /** What all chance is drawn from. */
  readonly seed: number;
  /**
   * How long a client waits before it takes a request for lost, in ms. Some hang; a machine that is busy with
   * others must not be so slow that the rest are taken for lost too.
   */
  readonly lostAfterMs: number;
  /** After so many minutes the soak is ended, as a failure. */
  readonly minutes: number;
  readonly planted: readonly Plant[];
}

/**
 * Faults of the soak's own making, which its checks must see.
 *
 * - `leak`: every response is kept
 * - `lose`: some callers are never told how their calls ended
 * - `twice`: some requests are sent twice
 * - `repeat`: some callers are told twice
 * - `swap`: some callers get the answer to another's request
 */
export const PLANTS = ['leak', 'lose', 'twice', 'repeat', 'swap'] as const;

export type Plant = (typeof PLANTS)[number];

/** Each fault that is planted meets other calls: one in so many. */
const MEETS_ONE_IN = 97;

export function meets(planted: readonly Plant[], plant: Plant, call: number): boolean {
  return planted.includes(plant) && call % MEETS_ONE_IN === PLANTS.indexOf(plant);
}

const NUMBERS = {
  calls: { default: 50_000, least: 1, most: 1_000_000, whole: true },
  'in-flight': { default: 200, least: 1, most: 2_000, whole: true },
  faults: { default: 0.05, least: 0, most: 0.5, whole: false },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1, whole: true },
  'lost-after': { default: 10_000, least: 1_000, most: 60_000, whole: true },
  minutes: { default: 15, least: 0, most: 120, whole: false },
} as const;

type NumberFlag = keyof typeof NUMBERS;

const FLAGS = [...Object.keys(NUMBERS), ...PLANTS].map((name) => `--${name}`);

/**
 * Reads the command line.
 *
 * @throws Error of one line, which says what is wrong and what is allowed.
 */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const values = valuesIn(args);
  const number = (name: NumberFlag) => numberOf(name, values[name] as string | undefined);
  return {
    calls: number('calls'),
    inFlight: number('in-flight'),
    faults: number('faults'),
    seed: number('seed'),
    lostAfterMs: number('lost-after'),
    minutes: number('minutes'),
    planted: PLANTS.filter((plant) => values[plant] === true),
  };
}

function valuesIn(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const numbers = Object.keys(NUMBERS).map((name) => [name, { type: 'string' as const }]);
  const plants = PLANTS.map((name) => [name, { type: 'boolean' as const }]);
  const options = Object.fromEntries([...numbers, ...plants]) as Record<string, { type: 'string' }>;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what] = (error as Error).message.split(/[.\n]/);
    throw new Error(`${String(what)}; there are ${FLAGS.join(', ')}.`);
  }
}

function numberOf(name: NumberFlag, text: string | undefined): number {
  const { default: usual, least, most, whole } = NUMBERS[name];
  if (text === undefined) return usual;
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw new Error(
    `--${name} is '${text.slice(0, 40)}'; it must be ${kind} from ${least} to ${most}.`,
  );
}
