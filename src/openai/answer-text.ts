import type { OpenAI } from 'openai';
import type { CallUsage } from './call-usage.js';
import { NoTextError } from './no-text-error.js';

type Completion = OpenAI.ChatCompletion;

/** What decides whether an answer without text is an empty text or none. */
interface Ending {
  refusal?: string | null | undefined;
  tool_calls?: readonly unknown[] | undefined;
  finish_reason?: string | null | undefined;
}

/**
 * The text of an answer's first choice.
 *
 * @throws NoTextError
 */
export function textOfCompletion(completion: Partial<Completion>, used: CallUsage): string {
  const { choices: [choice] = [], usage } = completion;
  const text = choice?.message.content ?? '';
  used.began();
  used.received(text);
  used.heard(usage);
  used.ended();
  if (text === '') expectNoText({ ...choice?.message, finish_reason: choice?.finish_reason });
  return text;
}

/**
 * The text of a stream's first choice, piece by piece as it comes; `''` where that is all there is.
 *
 * However it ends, by its end, an error or cancelling, what was used so far is recorded.
 *
 * @throws NoTextError
 */
export async function* piecesOfStream(
  chunks: AsyncIterable<OpenAI.ChatCompletionChunk>,
  used: CallUsage,
): AsyncGenerator<string> {
  const ending: Ending = {};
  let isEmpty = true;
  used.began();
  try {
    for await (const { choices, usage } of chunks) {
      used.heard(usage);
      const choice = choices.find(({ index }) => index === 0);
      if (choice) note(ending, choice);
      const text = choice?.delta.content ?? '';
      if (text === '') continue;
      used.received(text);
      isEmpty = false;
      yield text;
    }
  } finally {
    used.ended();
  }
  if (!isEmpty) return;
  expectNoText(ending);
  yield '';
}

function note(ending: Ending, { delta, finish_reason }: OpenAI.ChatCompletionChunk.Choice): void {
  ending.refusal ||= delta.refusal;
  ending.tool_calls ??= delta.tool_calls;
  ending.finish_reason ??= finish_reason;
}

/** An empty text is an answer only where the model stopped by itself and has done nothing else. */
function expectNoText({ refusal, tool_calls, finish_reason }: Ending): void {
  if (refusal) throw new NoTextError('refusal');
  if (tool_calls?.length) throw new NoTextError('tool_calls');
  if (finish_reason !== 'stop') throw new NoTextError(finish_reason ?? 'no finish_reason');
}
