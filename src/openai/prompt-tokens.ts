import { type ChatMessage, textOfMessage } from './chat-message.js';

/** A message is wrapped in tokens that tell where it begins, who speaks, and where it ends. */
const TOKENS_PER_MESSAGE = 4;

/** So begins the answer: the prompt ends with the first tokens of the message that is to come. */
const TOKENS_OF_REPLY = 3;

/** Tokens of a chat as a prompt: those of its texts, 4 for each message, and 3 for the reply. */
export function promptTokens(
  messages: readonly ChatMessage[],
  countText: (text: string) => number,
): number {
  return messages.reduce(
    (sum, message) => sum + TOKENS_PER_MESSAGE + countText(textOfMessage(message)),
    TOKENS_OF_REPLY,
  );
}
