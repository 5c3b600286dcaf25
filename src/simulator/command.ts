import { InvalidOptionError } from '../index.js';
import { FLAGS, readCommand } from './command-options.js';
import type { SimulatorOptions } from './options.js';
import { type Simulator, startSimulator } from './start-simulator.js';

/** What the command needs of its process. */
export interface CommandEnvironment {
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
  readonly version: () => string;
  /** Is told of the simulator before a line says that it listens, so that who reads the line may stop it. */
  readonly onStart: (simulator: Simulator) => void;
}

const NAME = 'rxllm-simulator';

/**
 * The command `rxllm-simulator`: starts what the command line asks for and says where it listens.
 *
 * Answers the exit code: 0, or 1 after one line on standard error about what was wrong.
 *
 * @internal
 */
export async function runCommand(
  args: readonly string[],
  { print, complain, version, onStart }: CommandEnvironment,
): Promise<0 | 1> {
  try {
    const command = readCommand(args);
    if (command.help || command.version) {
      print(command.help ? helpText() : version());
      return 0;
    }
    const simulator = await startSimulator(command.options);
    onStart(simulator);
    print(greeting(simulator, command.options));
    return 0;
  } catch (error) {
    complain(`${NAME}: ${reason(error)}`);
    return 1;
  }
}

function greeting({ url }: Simulator, options: SimulatorOptions): string {
  const { requestsPerWindow, tokensPerWindow, windowMs = 60_000 } = options;
  const { limitModel = 'sliding-log', charge = 'real' } = options;
  return [
    `${NAME} listens at ${url}`,
    `limits in ${windowMs / 1000} s: requests ${requestsPerWindow ?? 'any'}, tokens ` +
      `${tokensPerWindow ?? 'any'} (${limitModel}, charged ${charge})`,
    `stats: ${url.replace(/v1$/, 'stats')}; Ctrl-C shows them and stops`,
  ].join('\n');
}

function helpText(): string {
  const names = Object.keys(FLAGS);
  const width = Math.max(...names.map((name) => name.length)) + 4;
  const line = (name: string, help: string) => `  ${`--${name}`.padEnd(width)}${help}`;
  return [
    `Usage: ${NAME} [options]`,
    '',
    'An OpenAI-compatible provider on loopback that enforces requests and tokens per window.',
    '',
    ...names.map((name) => line(name, FLAGS[name]?.help ?? '')),
    line('help', 'shows this'),
    line('version', 'shows the version'),
  ].join('\n');
}

/** One line that names the flag, where the fault lies in one. */
function reason(error: unknown): string {
  if (error instanceof InvalidOptionError) {
    const flag = Object.keys(FLAGS).find((name) => FLAGS[name]?.option === error.option);
    return `${flag ? `--${flag}` : error.option} is ${error.value}; allowed: ${error.allowed}`;
  }
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `port ${port ?? ''} is in use; choose another with --port`;
  if (code === 'EACCES') return `port ${port ?? ''} is not allowed; choose one above 1023`;
  return `${withoutSecrets(message.split(/\.(?:\s|$)|\n/)[0] ?? message)}; see --help`;
}

const NAMES_A_FLAG = /^[^']*'(?:--?)?[a-z]+(?:-(?:[a-z]+|\d{1,3}))*(?: <value>)?'[^']*$/;

/** A key that has lost its flag is an argument that nobody expects: only what looks like a flag is shown. */
function withoutSecrets(line: string): string {
  return NAMES_A_FLAG.test(line) ? line : line.replace(/ '.*/s, '');
}
