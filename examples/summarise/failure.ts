/** Something the user can put right: shown as one line, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The one line of an error of the file system: what could not be done, and why. */
export function fileFailure(action: string, path: string, error: unknown): Failure {
  return new Failure(`${path}: cannot ${action} it: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && REASONS[code]) ?? code ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it is not a folder',
  EROFS: 'the disk is read-only',
};
