import { RxllmError } from '../index.js';

/** What the provider sent is no answer of a chat, or cannot be read. Of what it sent the error holds nothing. */
export class MalformedAnswerError extends RxllmError {
  static override readonly code = 'MALFORMED_ANSWER';

  constructor(
    /** What is wrong with it: `'it is no JSON'`, … */
    readonly fault: string,
  ) {
    super(
      MalformedAnswerError.code,
      `the provider sent what is no chat completion (${fault}); look at baseURL of the client, and at what ` +
        'stands between it and the provider',
    );
  }
}
