import { RxllmError } from '../index.js';

/** The model answered, but not with text. What it has used is recorded and settled all the same. */
export class NoTextError extends RxllmError {
  static override readonly code = 'NO_TEXT';

  constructor(
    /**
     * Why: `'refusal'`, `'tool_calls'`, `'no text'` for content of another kind, or the answer's `finish_reason`:
     * `'length'`, `'content_filter'`, …; `'unknown'` where that is no word.
     */
    readonly reason: string,
  ) {
    super(
      NoTextError.code,
      `the answer holds no text (${reason}); raise max_completion_tokens where that says length, and for ` +
        'calls of tools make a service of your own: LLMService.of({ modelName, process })',
    );
  }
}
