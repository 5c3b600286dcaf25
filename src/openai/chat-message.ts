/** A message of a chat, as far as its tokens are counted; every message of the `openai` client is one. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly ContentPart[] | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ToolCall[];
}

/** A part of a message: text has tokens that can be counted, pictures, sound and files have not. */
interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly refusal?: string;
}

/** A call of a tool, as the model wrote it. */
interface ToolCall {
  readonly type: string;
  readonly function?: { readonly name: string; readonly arguments: string };
  readonly custom?: { readonly name: string; readonly input: string };
}

/**
 * All text of a message: its content, a refusal, and the calls of tools.
 *
 * @internal
 */
export function textOfMessage({ content, refusal, tool_calls = [] }: ChatMessage): string {
  const parts = typeof content === 'string' ? [content] : (content ?? []).map(textOfPart);
  return [...parts, refusal ?? '', ...tool_calls.map(textOfToolCall)].join('');
}

function textOfPart({ text = '', refusal = '' }: ContentPart): string {
  return text + refusal;
}

function textOfToolCall({ function: called, custom }: ToolCall): string {
  return (
    (called ? called.name + called.arguments : '') + (custom ? custom.name + custom.input : '')
  );
}
