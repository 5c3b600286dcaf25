import { type ErrorBody, type Fields, isFields } from './error-body.js';

const STATUS_BY_WORD: readonly (readonly [RegExp, number])[] = [
  [/overloaded/i, 529],
  [/rate_?limit|too_many_requests|quota|resource_exhausted/i, 429],
  [/api_error|server_error|internal|unavailable|timeout/i, 500],
];

/**
 * The status that an error event stands for, or undefined where there is none: once a stream has begun with
 * 200, refusals (Anthropic's `overloaded_error`, OpenRouter's `code: 429`) can only be told inside of it.
 */
export function errorStatus({ records }: ErrorBody): number | undefined {
  const error = records[0] && errorIn(records[0]);
  if (!error) return undefined;
  const code = numberOf(error['code']);
  if (code >= 400 && code < 600) return code;
  const words = [error['type'], error['code'], error['status']].filter(isText).join(' ');
  return STATUS_BY_WORD.find(([word]) => word.test(words.slice(0, 200)))?.[1] ?? 400;
}

/** The error that an event of a stream holds, if it is one of an error. */
export function errorIn(event: Fields): Fields | undefined {
  const inner = isFields(event['response']) ? event['response']['error'] : undefined;
  const error = [event['error'], inner].find(isFields);
  return error ?? (event['type'] === 'error' ? event : undefined);
}

function numberOf(code: unknown): number {
  return typeof code === 'number' ? code : Number(isText(code) && code.length === 3 ? code : NaN);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
