import { APIConnectionError, APIError } from 'openai';
import { RxllmError } from 'rxllm';
import { isBadAnswer } from './ask.js';
import { NoDocumentError } from './documents.js';
import { Failure } from './failure.js';
import { plural } from './format.js';

/** Statuses that say something of one request, not of all. */
const OF_ONE_REQUEST = new Set([400, 408, 409, 413, 422, 429]);

/** Why one document cannot be summarised; undefined where the others would fare no better. */
export function reasonOfDocument(error: unknown): string | undefined {
  if (isBadAnswer(error) || error instanceof NoDocumentError) return error.message;
  if (!(error instanceof APIError) || error.code === 'insufficient_quota') return undefined;
  const status = error.status as number | undefined;
  if (status === undefined) return undefined;
  return OF_ONE_REQUEST.has(status) || status >= 500 ? `the provider answers ${status}` : undefined;
}

/** Where something went wrong that stops everything. */
export interface Circumstances {
  readonly host: string;
  readonly model: string;
  /** How many summaries had been saved by then. */
  readonly saved: number;
}

/** The same error in one line that says what to do and names neither key nor prompt, where that is known. */
export function failureOf(error: unknown, { host, model, saved }: Circumstances): unknown {
  const message = messageOf(error, host, model);
  if (message === undefined) return error;
  const kept = saved > 0 ? `; ${plural(saved, 'summary', 'summaries')} saved until then` : '';
  return new Failure(message + kept, { cause: error });
}

function messageOf(error: unknown, host: string, model: string): string | undefined {
  if (error instanceof Failure || error instanceof RxllmError) return error.message;
  if (error instanceof APIConnectionError) {
    return `no answer from ${host} (${causeOf(error)}); check OPENAI_BASE_URL and the network`;
  }
  if (!(error instanceof APIError)) return undefined;
  switch (error.status as number | undefined) {
    case 401:
      return `${host} refuses the key (401); set OPENAI_API_KEY to a valid one`;
    case 403:
      return `${host} does not allow ${model} with this key (403); choose another with --model`;
    case 404:
      return `${host} knows no model ${model} (404); check --model and OPENAI_BASE_URL`;
    case 429:
      return `the account at ${host} has no credit left (429); see its billing page`;
    default:
      return `${host} answers ${error.status ?? 'with an error'}`;
  }
}

/** ECONNREFUSED, ENOTFOUND: what the operating system said, some causes deep. */
function causeOf(error: Error): string {
  let cause: unknown = error;
  while (cause instanceof Error && !('code' in cause && typeof cause.code === 'string')) {
    if (!(cause.cause instanceof Error)) return cause.message;
    cause = cause.cause;
  }
  return String((cause as NodeJS.ErrnoException).code);
}
