import type { Fault } from './fault.js';
import type { Pace } from './latency.js';
import type { OpenAIErrorBody } from './openai-error.js';

/** Header names in lower case with their values. */
export type HeaderValues = Readonly<Record<string, string>>;

/** A request as far as limits and latencies go: how large it is and how large its answer will be. */
export interface SimulatedRequest {
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** Tokens that the answer will have. */
  readonly outputTokens: number;
  /** The `max_tokens` that the client sent, if it did. */
  readonly maxTokens?: number;
  /** The name that messages of 429 carry; `'simulator'` by default. */
  readonly model?: string;
  /** Whether the answer comes token by token; all at once by default. */
  readonly stream?: boolean;
}

/** A request that fits: what it is answered with, and when. */
export interface AdmittedRequest {
  readonly kind: 'admitted';
  /** 32 hexadecimal digits, another for every request. */
  readonly id: string;
  readonly request: SimulatedRequest;
  readonly headers: HeaderValues;
  /** When its tokens come. */
  readonly pace: Pace;
  /** What goes wrong with it, if anything does. */
  readonly fault?: Fault;
}

/** A request that was not admitted, and what it is answered. */
export interface RefusedRequest {
  readonly kind: 'refused';
  readonly status: 429 | 529;
  /** Ms after which the provider tells to try again, if it tells. */
  readonly retryAfterMs?: number;
  readonly headers: HeaderValues;
  readonly body: OpenAIErrorBody;
}

/** How an admitted request ended. */
export type Ending = 'answered' | 'failed' | 'broken' | 'aborted';
