/** What an answer, or a piece of one, holds for its first choice. A provider may send anything. */
export interface Choice {
  /** Empty where there is none. */
  readonly text: string;
  readonly refusal: unknown;
  readonly toolCalls: unknown;
  readonly finishReason: unknown;
}

/**
 * The first choice of a completion (`message`) or of a chunk (`delta`); undefined where it has none, or is no
 * such thing.
 *
 * @internal
 */
export function choiceIn(answer: unknown, part: 'message' | 'delta'): Choice | undefined {
  const choices = fieldIn(answer, 'choices');
  if (!Array.isArray(choices)) return undefined;
  const isFirst = (one: unknown) => part === 'message' || (fieldIn(one, 'index') ?? 0) === 0;
  const choice: unknown = choices.find(isFirst);
  const said = fieldIn(choice, part);
  const content = fieldIn(said, 'content');
  return {
    text: typeof content === 'string' ? content : '',
    refusal: fieldIn(said, 'refusal'),
    toolCalls: fieldIn(said, 'tool_calls'),
    // What has content of another kind has not simply stopped.
    finishReason: isText(content) ? fieldIn(choice, 'finish_reason') : 'no text',
  };
}

/**
 * What an unknown thing holds there; undefined where it is none that holds anything.
 *
 * @internal
 */
export function fieldIn(thing: unknown, name: string): unknown {
  if (typeof thing !== 'object' || thing === null) return undefined;
  return (thing as Readonly<Record<string, unknown>>)[name];
}

function isText(content: unknown): boolean {
  return content === undefined || content === null || typeof content === 'string';
}
