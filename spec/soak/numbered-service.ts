import type { CallContext } from 'rxllm';
import { OpenAIService } from 'rxllm/openai';
import type { OpenAIRequest } from 'rxllm/openai';

/** An `OpenAIService` whose requests carry the call's label and the number of the try, see `numberedFetch`. */
export class NumberedService extends OpenAIService {
  static override readonly serviceName = 'NumberedService';

  protected override process(request: OpenAIRequest, context: CallContext) {
    const metadata = { call: String(context.label), attempt: String(context.attempt) };
    return super.process({ ...request, metadata }, context);
  }
}
