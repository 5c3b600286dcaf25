import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';

/**
 * The errors of TypeScript in modules that are in no file, as if each were a file next to the tsconfig:
 * by name, each as `line: message`.
 */
export function typeErrorsIn(
  tsconfig: string,
  modules: Readonly<Record<string, string>>,
): Record<string, string[]> {
  const folder = dirname(tsconfig);
  const inMemory = new Map(
    Object.entries(modules).map(([name, code]) => [join(folder, `${name}.ts`), code]),
  );
  const program = ts.createProgram([...inMemory.keys()], optionsIn(tsconfig), hostOf(inMemory));
  const errors = [...inMemory.keys()].map((path) => errorsOf(program, path));
  return Object.fromEntries(Object.keys(modules).map((name, index) => [name, errors[index]!]));
}

function optionsIn(tsconfig: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(tsconfig, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig));
  return { ...options, noUnusedLocals: true };
}

function hostOf(inMemory: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost({});
  const read = (path: string) => inMemory.get(path) ?? ts.sys.readFile(path);
  return {
    ...host,
    fileExists: (path) => inMemory.has(path) || ts.sys.fileExists(path),
    readFile: read,
    getSourceFile: (path, options) => {
      const code = read(path);
      return code === undefined ? undefined : ts.createSourceFile(path, code, options);
    },
  };
}

function errorsOf(program: ts.Program, path: string): string[] {
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map((error) => {
    const message = ts.flattenDiagnosticMessageText(error.messageText, '\n');
    const position = error.file?.getLineAndCharacterOfPosition(error.start ?? 0);
    return `${(position?.line ?? 0) + 1}: ${message}`;
  });
}
