import { type ErrorBody, isFields, NO_BODY, readErrorBody } from './error-body.js';
import { errorStatus } from './error-status.js';
import { type HeadersView, viewHeaders } from './headers-view.js';
import { instantOf } from './instant.js';
import type { ProviderAnswer } from './provider-answer.js';

/** What a provider said, made safe to read: what every family reads from. */
export interface Said {
  /** The HTTP status, or the one that an error event inside a stream stands for. */
  readonly status: number;
  /** Of the answer, then of its body (OpenRouter repeats them in `error.metadata.headers`). */
  readonly headers: HeadersView;
  /** Empty unless it is an error. */
  readonly body: ErrorBody;
  /** What instants count from: the answer's own `Date`, so that no skew of clocks matters, else now. */
  readonly at: number | null;
  /** Whether it is from Azure's gateway, which GitHub Models uses too. */
  readonly azure: boolean;
}

/** Takes in an answer, its body only if it is an error. */
export function listen({ provider, status, headers, body, now }: ProviderAnswer): Said {
  const told = status >= 400 || body !== undefined ? readErrorBody(body) : NO_BODY;
  const real = status >= 400 ? status : (errorStatus(told) ?? status);
  const error = real >= 400 ? told : NO_BODY;
  const repeated = error.records.map((record) => record['headers']).find(isFields);
  const view = viewHeaders(headers, repeated);
  return {
    status: real,
    headers: view,
    body: error,
    at: instantOf(view.get('date')) ?? (Number.isFinite(now) ? now : null),
    azure: isAzure(provider, view),
  };
}

function isAzure(provider: unknown, headers: HeadersView): boolean {
  if (typeof provider === 'string' && /azure|github|foundry/i.test(provider.slice(0, 64)))
    return true;
  return [...headers.keys()].some((name) => name.includes('-renewalperiod-'));
}
