import { parseArgs } from 'node:util';
import { Failure } from './failure.js';

/** What the command line says. */
export interface Settings {
  /** Default: the documents of the installed dependencies. */
  readonly folder: string | undefined;
  readonly out: string;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly model: string;
  /** The most documents. */
  readonly limit: number;
  readonly isFresh: boolean;
  /** Whether a page shows the job as it goes. */
  readonly hasDashboard: boolean;
  readonly wantsHelp: boolean;
}

export const HELP = `npm start [folder] [-- options]

Summarises every Markdown and text document of a folder into summaries.jsonl, one line per document.
Without a folder it takes READMEs of the installed dependencies, enough for about a minute.
Folders named node_modules and .git inside the folder are left out.

  --out FILE                   where the summaries go           (summaries.jsonl)
  --requests-per-minute N      quota of requests                (90)
  --tokens-per-minute N        quota of tokens                  (100000)
  --model NAME                 the model                        (gpt-4o-mini)
  --limit N                    no more than N documents         (all)
  --fresh                      start anew, not where the last run stopped
  --dashboard                  show the job on a page in the browser as well
  --help                       this text

With OPENAI_API_KEY or OPENAI_BASE_URL set it asks that provider, and otherwise a simulator in the same
process, which enforces the same quotas. Ctrl-C stops it; running it again goes on where it stopped.

Exit codes: 0 done, 1 something is wrong, 130 stopped by Ctrl-C.`;

/** The least in which a section, its instructions and its answer find room. */
const LEAST_TOKENS = 1_000;

const OPTIONS = {
  out: { type: 'string', default: 'summaries.jsonl' },
  'requests-per-minute': { type: 'string', default: '90' },
  'tokens-per-minute': { type: 'string', default: '100000' },
  model: { type: 'string', default: 'gpt-4o-mini' },
  limit: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  dashboard: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the arguments; an option that is unknown or wrong is a `Failure` that names it. */
export function readSettings(args: readonly string[]): Settings {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new Failure(`one folder at a time, not ${positionals.length}: ${positionals.join(', ')}`);
  }
  return {
    folder: textOf('the folder', positionals[0]),
    out: textOf('--out', values.out),
    requestsPerMinute: wholeNumber(values, 'requests-per-minute', 1),
    tokensPerMinute: wholeNumber(values, 'tokens-per-minute', LEAST_TOKENS),
    model: textOf('--model', values.model),
    limit: values.limit === undefined ? Infinity : wholeNumber(values, 'limit', 1),
    isFresh: values.fresh,
    hasDashboard: values.dashboard,
    wantsHelp: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's message goes on with advice for who writes the program.
    const [message] = (error as Error).message.split('. ');
    throw new Failure(`${message ?? 'Bad arguments'}; see npm start -- --help`, { cause: error });
  }
}

function textOf<T extends string | undefined>(name: string, value: T): T {
  if (value === '') throw new Failure(`${name} is empty; see npm start -- --help`);
  return value;
}

function wholeNumber<K extends string>(
  values: Readonly<Partial<Record<K, string | undefined>>>,
  name: K,
  least: number,
): number {
  const text = values[name] ?? '';
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Failure(`--${name} is '${text}'; allowed is a whole number from ${least}`);
}
