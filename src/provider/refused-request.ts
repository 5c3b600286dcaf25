import type { Fault } from './fault.js';
import { openAIError } from './openai-error.js';
import { injectedRateLimitError, rateLimitError, type Refusal } from './rate-limit-error.js';
import type { HeaderValues, RefusedRequest } from './simulated-request.js';

/** The faults that refuse a request instead of spoiling its answer. */
const REFUSING = ['rate429', 'bare429', 'overloaded529'] as const;

type RefusingFault = (typeof REFUSING)[number];

/** @internal */
export function isRefusing(fault: Fault | undefined): fault is RefusingFault {
  return REFUSING.includes(fault as RefusingFault);
}

/**
 * What a request is answered that does not fit.
 *
 * @internal
 */
export function refusedByLimit(
  model: string,
  refusal: Refusal,
  headers: HeaderValues,
): RefusedRequest {
  const { waitMs } = refusal;
  const body = rateLimitError(model, refusal);
  return {
    kind: 'refused',
    status: 429,
    body,
    ...(waitMs < Infinity ? retryAfter(waitMs, headers) : { headers }),
  };
}

/**
 * What a request is answered that fits and is refused by an injected fault. `rate429` tells to wait
 * a sixtieth of a window: a second where the window is a minute.
 *
 * @internal
 */
export function refusedByFault(
  fault: RefusingFault,
  model: string,
  windowMs: number,
  headers: HeaderValues,
): RefusedRequest {
  if (fault === 'overloaded529') {
    const body = openAIError('Overloaded', 'overloaded_error');
    return { kind: 'refused', status: 529, headers: {}, body };
  }
  if (fault === 'bare429') {
    return { kind: 'refused', status: 429, headers: {}, body: injectedRateLimitError(model) };
  }
  const waitMs = Math.ceil(windowMs / 60);
  const body = injectedRateLimitError(model, waitMs);
  return { kind: 'refused', status: 429, body, ...retryAfter(waitMs, headers) };
}

function retryAfter(retryAfterMs: number, headers: HeaderValues) {
  return {
    retryAfterMs,
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(retryAfterMs),
    },
  };
}
