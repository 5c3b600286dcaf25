import type { FailureKind, RateLimit } from '../index.js';
import { finalKind, isGoneForToday, isRefusal } from './refusal.js';
import type { Said } from './said.js';

/** OpenAI, Gemini and Mistral also refuse with 429 where it is the provider that has no room. */
const NO_CAPACITY = /overloaded|capacity[_ ]exceeded/i;
/** Anthropic, Azure (`UserConcurrentRequests`) and Together refuse so what is too much at once. */
const TOO_MANY_AT_ONCE = /concurren|parallel|simultaneous/i;

/** The kind of an answer that is an error, by its status, its codes, its words and the limits that it tells. */
export function failureKind(said: Said, limits: readonly RateLimit[]): FailureKind {
  const final = finalKind(said, limits);
  if (final) return final;
  return isRefusal(said) ? kindOfRefusal(said) : kindOfStatus(said);
}

function kindOfRefusal(said: Said): FailureKind {
  if (isGoneForToday(said)) return 'quota-exhausted';
  if (said.status !== 429 || NO_CAPACITY.test(said.body.text)) return 'overloaded';
  return TOO_MANY_AT_ONCE.test(said.body.text) ? 'concurrency' : 'rate';
}

function kindOfStatus({ status }: Said): FailureKind {
  if (status === 408) return 'timeout';
  return status < 500 ? 'rejected' : 'server';
}
