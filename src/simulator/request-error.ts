import { openAIError, type OpenAIErrorBody } from '../provider/index.js';

/**
 * A request that is answered with a 4xx before it reaches the limits.
 *
 * @internal
 */
export class RequestError extends Error {
  readonly body: OpenAIErrorBody;

  constructor(
    readonly status: 400 | 401 | 404 | 405 | 413,
    message: string,
    code: string | null = null,
    param: string | null = null,
  ) {
    super(message);
    this.body = openAIError(message, 'invalid_request_error', code, param);
  }
}
