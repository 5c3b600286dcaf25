import type { CallUsage } from './call-usage.js';
import { type Choice, choiceIn, fieldIn } from './choice.js';
import { MalformedAnswerError } from './malformed-answer-error.js';
import { NoTextError } from './no-text-error.js';

/** What decides whether an answer without text is an empty text or none. */
type Ending = Partial<Omit<Choice, 'text'>>;

/**
 * The text of an answer's first choice.
 *
 * @throws NoTextError, MalformedAnswerError
 */
export function textOfCompletion(completion: unknown, used: CallUsage): string {
  const choice = choiceIn(completion, 'message');
  if (!choice) throw new MalformedAnswerError('it has no list of choices');
  used.began();
  used.received(choice.text);
  used.heard(fieldIn(completion, 'usage'));
  used.ended();
  if (choice.text === '') expectNoText(choice);
  return choice.text;
}

/**
 * The text of a stream's first choice, piece by piece as it comes; `''` where that is all there is.
 *
 * However it ends, by its end, an error or cancelling, what was used so far is recorded. A chunk without choices
 * is passed over: providers send some of their own.
 *
 * @throws NoTextError
 */
export async function* piecesOfStream(
  chunks: AsyncIterable<unknown>,
  used: CallUsage,
): AsyncGenerator<string> {
  let ending: Ending = {};
  let isEmpty = true;
  used.began();
  try {
    for await (const chunk of chunks) {
      used.heard(fieldIn(chunk, 'usage'));
      const choice = choiceIn(chunk, 'delta');
      if (!choice) continue;
      ending = withMore(ending, choice);
      if (choice.text === '') continue;
      used.received(choice.text);
      isEmpty = false;
      yield choice.text;
    }
  } finally {
    used.ended();
  }
  if (!isEmpty) return;
  expectNoText(ending);
  yield '';
}

function withMore(ending: Ending, { refusal, toolCalls, finishReason }: Choice): Ending {
  return {
    refusal: ending.refusal || refusal,
    toolCalls: ending.toolCalls ?? toolCalls,
    finishReason: ending.finishReason ?? finishReason,
  };
}

/** An empty text is an answer only where the model stopped by itself and has done nothing else. */
function expectNoText({ refusal, toolCalls, finishReason }: Ending): void {
  if (refusal) throw new NoTextError('refusal');
  if (fieldIn(toolCalls, 'length')) throw new NoTextError('tool_calls');
  if (finishReason !== 'stop') throw new NoTextError(shown(finishReason ?? 'no finish_reason'));
}

/** A word, as reasons are; anything else may be as long as a provider likes, and hold what it likes. */
function shown(reason: unknown): string {
  return typeof reason === 'string' && /^[a-z_ -]{1,40}$/i.test(reason) ? reason : 'unknown';
}
