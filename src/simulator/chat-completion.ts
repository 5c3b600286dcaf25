import type { Answer } from './answer/answer.js';
import { cut } from './answer/shorten.js';
import type { ChatRequest } from './chat-request.js';

/** One answer on its way to the client. */
export interface Completion {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly chat: ChatRequest;
  readonly answer: Answer;
}

/**
 * The body of an answer that is not streamed.
 *
 * @internal
 */
export function completionBody({ id, created, chat, answer }: Completion) {
  const message = { role: 'assistant', content: answer.text, refusal: null, annotations: [] };
  const finish_reason = answer.finishReason;
  return {
    ...{ id, object: 'chat.completion', created, model: chat.model },
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: usageOf(chat, answer),
    ...{ service_tier: 'default', system_fingerprint: 'fp_simulator' },
  };
}

/**
 * The chunks of a streamed answer as OpenAI cuts them: `first` with the role, one for each token,
 * `last` with the finish reason and, if asked for, the usage.
 *
 * @internal
 */
export function completionChunks({ id, created, chat, answer }: Completion) {
  const common = { id, object: 'chat.completion.chunk', created, model: chat.model };
  const tail = { service_tier: 'default', system_fingerprint: 'fp_simulator' };
  // With include_usage every chunk has the field, and only the extra one has a value in it.
  const noUsage = chat.includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...{ ...common, ...tail },
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...noUsage,
  });
  const usage = { ...common, ...tail, choices: [], usage: usageOf(chat, answer) };
  return {
    first: chunk({ role: 'assistant', content: '', refusal: null }),
    tokens: tokensOf(answer.text).map((content) => chunk({ content })),
    last: [chunk({}, answer.finishReason), ...(chat.includeUsage ? [usage] : [])],
  };
}

function usageOf({ promptTokens }: ChatRequest, { outputTokens }: Answer) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Pieces of four characters, or of three where the fourth would be half of one. */
function tokensOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += pieces.at(-1)?.length ?? 4) {
    pieces.push(cut(text.slice(at), 4));
  }
  return pieces;
}
