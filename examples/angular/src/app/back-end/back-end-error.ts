import { HttpErrorResponse } from '@angular/common/http';
import type { ErrorBody } from '../../../server/wire';

/** What the back end said went wrong. */
export class BackEndError extends Error {
  override readonly name = 'BackEndError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What to tell somebody who looks at the page. */
export function told(error: unknown): string {
  if (!(error instanceof HttpErrorResponse)) return (error as Error).message;
  if (error.status === 0) return 'There is no connection to the back end.';
  return bodyOf(error)?.error?.message ?? `The back end answered ${error.status}.`;
}

/** As JSON, or as the text of it where a text was asked for. */
function bodyOf({ error }: HttpErrorResponse): Partial<ErrorBody> | undefined {
  try {
    return (typeof error === 'string' ? JSON.parse(error) : error) as Partial<ErrorBody>;
  } catch {
    return undefined;
  }
}
