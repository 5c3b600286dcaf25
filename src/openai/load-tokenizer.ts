import { TokenizerMissingError } from './tokenizer-missing-error.js';

/** What Node has, and Bun and Deno; nothing of it is there in a browser. */
interface Host {
  readonly process?: {
    cwd(): string;
    getBuiltinModule?(id: 'node:module'): NodeModule | undefined;
  };
}

interface NodeModule {
  createRequire(path: string): (module: string) => unknown;
}

/**
 * Loads a part of gpt-tokenizer at once, where there is Node and it is installed.
 *
 * An import would not do: a static one fails where the package is missing, a dynamic one answers later.
 *
 * @throws TokenizerMissingError
 */
export function loadTokenizer(path: string): unknown {
  const module = `gpt-tokenizer/${path}`;
  const { process } = globalThis as Host;
  const node = process?.getBuiltinModule?.('node:module');
  if (!process || !node) throw new TokenizerMissingError(module);
  try {
    return node.createRequire(thisFile())(module);
  } catch {
    // This file may be part of a bundle, which lies anywhere.
    return requireFrom(`${process.cwd()}/`, module, node);
  }
}

function requireFrom(folder: string, module: string, node: NodeModule): unknown {
  try {
    return node.createRequire(folder)(module);
  } catch (cause) {
    throw new TokenizerMissingError(module, { cause });
  }
}

/** Read off the stack: `import.meta` may not be written, as this file becomes CommonJS as well. */
function thisFile(): string {
  const frame = /(?:\(|at |@)((?:file:\/|\/|[A-Za-z]:[\\/]).*):\d+:\d+\)?$/m;
  return frame.exec(new Error().stack ?? '')?.[1] ?? '';
}
