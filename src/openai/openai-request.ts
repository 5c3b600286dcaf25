import type { OpenAI } from 'openai';
import type { UsageTracker } from '../index.js';
import type { OpenAIResponse } from './parse-openai-response.js';

type Params = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** A chat completion's parameters, as of the `openai` client; the model is the service's. */
export interface OpenAIRequest extends Omit<Params, 'messages' | 'model' | 'stream'> {
  readonly messages: readonly OpenAI.ChatCompletionMessageParam[];
  /** Whether the answer comes in pieces, as the model writes it. Default false. */
  readonly stream?: boolean | null;
  /** Hears of what was used, under the label of the call's options. It is not sent. */
  readonly usageTracker?: UsageTracker<OpenAIResponse> | undefined;
}

/**
 * What is sent for a request; a stream is told to end with its usage.
 *
 * @internal
 */
export function bodyOf(request: OpenAIRequest, model: string): OpenAI.ChatCompletionCreateParams {
  const { stream, stream_options, ...rest } = request;
  const body = { ...rest, messages: [...rest.messages], model };
  delete body.usageTracker;
  return stream
    ? { ...body, stream, stream_options: { ...stream_options, include_usage: true } }
    : body;
}
