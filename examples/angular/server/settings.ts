import { parseArgs } from 'node:util';

/** What the command line and the environment say. */
export interface Settings {
  readonly port: number;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly model: string;
  /** How quickly the simulator answers, in ms. */
  readonly firstTokenMs: number;
  readonly perTokenMs: number;
  readonly wantsHelp: boolean;
}

export const HELP = `npm start [-- options]

Serves the application and its back end on 127.0.0.1.

  --port N                  the port; 0 takes a free one            (4300)
  --requests-per-minute N   quota of requests, shared by all tabs   (200)
  --tokens-per-minute N     quota of tokens, shared by all tabs     (10000)
  --model NAME              the model                               (gpt-4o-mini)
  --first-token-ms N        simulator: ms until an answer begins    (150)
  --per-token-ms N          simulator: ms for each token            (20)
  --help                    this text

Each can also be set in the environment: PORT, REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, MODEL, FIRST_TOKEN_MS,
PER_TOKEN_MS. With OPENAI_API_KEY or OPENAI_BASE_URL set it asks that provider, and otherwise a simulator in
the same process, which enforces the same quotas. Ctrl-C stops it.`;

const DEFAULTS = {
  port: '4300',
  'requests-per-minute': '200',
  'tokens-per-minute': '10000',
  model: 'gpt-4o-mini',
  'first-token-ms': '150',
  'per-token-ms': '20',
};

type Name = keyof typeof DEFAULTS;

const FLAG = { type: 'string' } as const;

const OPTIONS = {
  port: FLAG,
  'requests-per-minute': FLAG,
  'tokens-per-minute': FLAG,
  model: FLAG,
  'first-token-ms': FLAG,
  'per-token-ms': FLAG,
  help: { type: 'boolean', short: 'h' },
} as const;

/** The least in which a prompt, its notes and their answer find room. */
const LEAST_TOKENS = 2_000;
const MOST = 1_000_000_000;

/** Reads the flags, then the environment. An option that is unknown or wrong is an error that names it. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const { help = false, ...flags } = parse(args);
  const textOf = (name: Name) => flags[name] ?? (env[envNameOf(name)] || DEFAULTS[name]);
  const numberOf = (name: Name, least: number, most = MOST) =>
    wholeNumber(textOf(name), name, least, most);
  return {
    port: numberOf('port', 0, 65_535),
    requestsPerMinute: numberOf('requests-per-minute', 1),
    tokensPerMinute: numberOf('tokens-per-minute', LEAST_TOKENS),
    model: word(textOf('model'), 'model'),
    firstTokenMs: numberOf('first-token-ms', 0, 60_000),
    perTokenMs: numberOf('per-token-ms', 0, 60_000),
    wantsHelp: help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // Node's message goes on with advice for who writes the program.
    const [message] = (error as Error).message.split('. ');
    throw new Error(`${message ?? 'Bad arguments'}; see npm start -- --help`);
  }
}

function envNameOf(name: Name): string {
  return name.replaceAll('-', '_').toUpperCase();
}

function wholeNumber(text: string, name: Name, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`--${name} is '${text}'; allowed is a whole number from ${least} to ${most}`);
}

function word(text: string, name: Name): string {
  if (/^[\w./:@-]{1,100}$/.test(text)) return text;
  throw new Error(`--${name} is no name of a model; see npm start -- --help`);
}
