import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from './failure.js';

/** A document as it was read. */
export interface Document {
  readonly path: string;
  readonly text: string;
  /** Tells whether the content is the same as last time. */
  readonly hash: string;
}

/** A file is no document, and so it is skipped. */
export class NoDocumentError extends Error {
  override readonly name = 'NoDocumentError';

  constructor(
    readonly path: string,
    readonly reason: 'not text in UTF-8' | 'larger than 4 MB' | 'empty' | 'not readable',
    options?: ErrorOptions,
  ) {
    super(`${path} is ${reason}`, options);
  }
}

const IS_DOCUMENT = /\.(md|markdown|txt)$/i;
/** Folders that hold other people's files; one of them given by name is read all the same. */
const NOT_ENTERED = new Set(['node_modules', '.git']);
const MOST_BYTES = 4_000_000;

/** The Markdown and text files of a folder and of those inside it, sorted by path. */
export async function findDocuments(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileFailure('read', folder, error);
  });
  const found = await Promise.all(entries.map((entry) => documentsAt(folder, entry)));
  return found.flat().sort();
}

async function documentsAt(folder: string, entry: Dirent): Promise<string[]> {
  const path = join(folder, entry.name);
  // A link to a folder is no folder here, and so is not followed: it may lead back to where we are.
  if (entry.isDirectory()) return NOT_ENTERED.has(entry.name) ? [] : documentsInside(path);
  return IS_DOCUMENT.test(entry.name) && (await isFile(path)) ? [path] : [];
}

/** A folder inside that cannot be read stands for its documents, and is told of when they are read. */
function documentsInside(folder: string): Promise<string[]> {
  return findDocuments(folder).catch(() => [folder]);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false, // a link that leads nowhere
  );
}

/** Reads a file whole; errors with `NoDocumentError` where it is not a document. */
export async function readDocument(path: string): Promise<Document> {
  const bytes = await readBytes(path);
  const text = textOf(bytes);
  if (text === undefined) throw new NoDocumentError(path, 'not text in UTF-8');
  if (text.trim() === '') throw new NoDocumentError(path, 'empty');
  return { path, text, hash: createHash('sha256').update(bytes).digest('hex') };
}

async function readBytes(path: string): Promise<Buffer> {
  const { size } = await stat(path).catch(notReadable);
  if (size > MOST_BYTES) throw new NoDocumentError(path, 'larger than 4 MB');
  return readFile(path).catch(notReadable);

  function notReadable(cause: unknown): never {
    throw new NoDocumentError(path, 'not readable', { cause });
  }
}

function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
