import { RxllmError } from 'rxllm';

/** Something that is told to whoever has asked: a status and a code, in words that quote nothing. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** What is said of errors of rxllm, by code; their own messages are meant for whoever runs this. */
const KNOWN: Readonly<Record<string, readonly [status: number, message: string]>> = {
  QUEUE_FULL: [503, 'Too many calls are waiting; try again later.'],
  QUOTA_EXCEEDED: [422, 'This would take more than the whole quota.'],
  CALL_TIMEOUT: [504, 'The answer took too long.'],
  SERVICE_CLOSED: [503, 'The server is being stopped.'],
  NO_TEXT: [502, 'The model gave no text.'],
  MALFORMED_ANSWER: [502, 'The provider gave no answer that can be read.'],
  RETRY_AFTER_TOO_LONG: [503, 'The provider is busy; try again later.'],
};

/** What may be told of any error: neither the key nor a prompt is in it, whoever made it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const [status, message] = (error instanceof RxllmError && KNOWN[error.code]) || [];
  if (status !== undefined) return new Failure(status, (error as RxllmError).code, message ?? '');
  const told = statusOf(error);
  return told === undefined
    ? new Failure(502, 'PROVIDER_FAILED', 'There was no answer from the provider.')
    : new Failure(502, `PROVIDER_${told}`, `The provider answered ${told}.`);
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  const { status } = error;
  return Number.isInteger(status) ? (status as number) : undefined;
}
