import { RxllmError } from '../index.js';

/** Tokens cannot be counted: gpt-tokenizer is not installed, or there is no Node to load it. */
export class TokenizerMissingError extends RxllmError {
  static override readonly code = 'TOKENIZER_MISSING';

  constructor(
    /** The module that could not be loaded. */
    readonly module: string,
    options?: ErrorOptions,
  ) {
    super(
      TokenizerMissingError.code,
      `countTokens cannot load ${module}; in Node: npm install gpt-tokenizer; in a browser or a bundle ` +
        "give its counter: import { countTokens as count } from 'gpt-tokenizer/encoding/o200k_base', " +
        'then countTokens(messages, model, count)',
      options,
    );
  }
}
