import { format } from 'node:util';
import * as ts from 'typescript';

/** One block of code in a Markdown text. */
export interface Block {
  readonly language: string;
  /** Of its first line of code in the Markdown file, from 1. */
  readonly line: number;
  readonly code: string;
}

const FENCED = /^```(\w*)\n([^]*?)^```$/gm;

/** The blocks of code of a Markdown text, in order. */
export function blocksIn(markdown: string): Block[] {
  return [...markdown.matchAll(FENCED)].map(({ 1: language = '', 2: code = '', index }) => ({
    language,
    line: markdown.slice(0, index).split('\n').length + 1,
    code,
  }));
}

/**
 * What each line of the code that logs is said to log: the comment at its end, by the line's number from
 * 1. A line that logs several times has them in order, with commas between.
 */
export function promisedLogs(code: string): Record<number, string> {
  const lines = code.split('\n').map((text, index) => [index + 1, text] as const);
  const logging = lines.filter(([, text]) => text.includes('console.log'));
  return Object.fromEntries(
    logging.map(([line, text]) => [line, /\/\/ (.*)$/.exec(text)?.[1] ?? 'says nothing']),
  );
}

type Require = (module: string) => unknown;
type Program = (require: Require, exports: object, logOf: (line: number) => Log) => Promise<void>;
type Log = (...values: unknown[]) => void;

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => Program;

/** A module that runs. */
interface Run {
  /** Resolves when the module has been evaluated; what it has started may go on. */
  readonly evaluated: Promise<void>;
  /** What each of its lines has logged so far. */
  readonly logs: () => Record<number, string>;
}

/** Runs the code of one module. */
export function run(code: string, require: Require): Run {
  const lines = Object.keys(promisedLogs(code)).map((line) => [line, [] as string[]] as const);
  const logs: Record<number, string[]> = Object.fromEntries(lines);
  const logOf =
    (line: number): Log =>
    (...values) =>
      logs[line]?.push(format(...values));
  const program = new AsyncFunction('require', 'exports', 'logOf', compiled(code));
  return {
    evaluated: program(require, {}, logOf),
    logs: () => Object.fromEntries(lines.map(([line, all]) => [line, onOneLine(all)])),
  };
}

function onOneLine(logs: readonly string[]): string {
  return logs.map((log) => log.replace(/\s+/g, ' ').trim()).join(', ');
}

function compiled(code: string): string {
  const lines = code.split('\n').map((text, index) => {
    return text.replaceAll('console.log', `logOf(${index + 1})`);
  });
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  return ts.transpileModule(lines.join('\n'), { compilerOptions }).outputText;
}
