import type { CallContext } from '../../src/index.js';
import { OpenAIService } from '../../src/openai/index.js';
import type { OpenAIRequest } from '../../src/openai/index.js';

/** An `OpenAIService` whose requests carry the call's label and the number of the try, see `numberedFetch`. */
export class NumberedService extends OpenAIService {
  static override readonly serviceName = 'NumberedService';

  protected override process(request: OpenAIRequest, context: CallContext) {
    const metadata = { call: String(context.label), attempt: String(context.attempt) };
    return super.process({ ...request, metadata }, context);
  }
}
