import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import * as z from 'zod';
import { Failure, fileFailure } from './failure.js';
import { summarySchema } from './summary.js';

const resultSchema = z.object({
  /** As seen from the folder of the file, so that both can be moved together. */
  path: z.string(),
  hash: z.string(),
  ...summarySchema.shape,
  sections: z.number(),
  tokens: z.number(),
});

/** One line of the file: a document's summary, and what it took. */
export type Result = z.infer<typeof resultSchema>;

type Key = Pick<Result, 'path' | 'hash'>;

/**
 * The file of summaries, one JSON object per line; what is in it need not be done again.
 *
 * Lines are only ever added: a document that has changed gets one more, and its last one counts. A last
 * line that a crash has cut off is dropped on opening.
 */
export class Results implements Disposable {
  /** Lines that were added. */
  added = 0;
  private readonly done: ReadonlySet<string>;

  private constructor(
    private readonly path: string,
    private readonly file: number,
    results: readonly Result[],
    private readonly isFresh: boolean,
  ) {
    this.done = new Set(isFresh ? [] : results.map(textOfKey));
  }

  static open(path: string, { isFresh }: { readonly isFresh: boolean }): Results {
    try {
      const file = openSync(path, 'a+');
      return new Results(path, file, readResults(file, path), isFresh);
    } catch (error) {
      throw error instanceof Failure ? error : fileFailure('write', path, error);
    }
  }

  has({ path, hash }: Key): boolean {
    return this.done.has(textOfKey({ path: this.seenFromHere(path), hash }));
  }

  /**
   * Adds a line, at once and whole: what stops the program between two turns of its event loop cannot cut
   * it. Where all is to start anew, the old lines go only now that there is something new.
   */
  add(result: Result): void {
    const line = JSON.stringify({ ...result, path: this.seenFromHere(result.path) });
    try {
      if (this.isFresh && this.added === 0) ftruncateSync(this.file);
      appendFileSync(this.file, `${line}\n`);
      this.added++;
    } catch (error) {
      throw fileFailure('write', this.path, error);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.file);
  }

  private seenFromHere(path: string): string {
    return relative(dirname(this.path), path).replaceAll(sep, '/');
  }
}

function textOfKey({ path, hash }: Key): string {
  return `${hash} ${path}`;
}

function readResults(file: number, path: string): Result[] {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const results = lines.map((line, index) => parseLine(line, `${path}, line ${index + 1}`));
  const rest = bytes.toString('utf8', end);
  // Only what this program began to write may be cut off.
  if (!isStartOfLine(rest)) throw foreign(`${path}, last line`);
  if (rest !== '') ftruncateSync(file, end);
  return results;
}

function parseLine(line: string, where: string): Result {
  const { success, data } = resultSchema.safeParse(parseJson(line));
  if (!success) throw foreign(where);
  return data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStartOfLine(text: string): boolean {
  const start = '{"path":"';
  return text.startsWith(start.slice(0, text.length));
}

function foreign(where: string): Failure {
  return new Failure(`${where}: not a summary of this program; choose another file with --out`);
}
