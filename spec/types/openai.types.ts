// What `rxllm/openai` infers, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import { OpenAI } from 'openai';
import type { Observable } from 'rxjs';
import { LLMService, requestsPerMinute, UsageTracker } from '../../src/index.js';
import {
  estimateTokens,
  type OpenAIRequest,
  type OpenAIResponse,
  OpenAIService,
  parseOpenAIResponse,
} from '../../src/openai/index.js';

const client = new OpenAI({ apiKey: 'any' });
const service = new OpenAIService({
  client,
  modelName: 'gpt-4o',
  quotas: [requestsPerMinute(5)],
  countTokens: estimateTokens,
});
expectTypeOf(service).toExtend<LLMService<OpenAIRequest, string>>();

const usageTracker = new UsageTracker('report.md', parseOpenAIResponse);
expectTypeOf(usageTracker).toExtend<UsageTracker<OpenAIResponse>>();

service.call({
  messages: [{ role: 'user', content: 'How are you?' }],
  temperature: 0,
  stream: true,
  usageTracker,
});
expectTypeOf(service.call({ messages: [] })).toEqualTypeOf<Observable<string>>();
expectTypeOf(service.callAsync({ messages: [] })).toEqualTypeOf<Promise<string>>();

// @ts-expect-error -- the model is the service's
service.call({ messages: [], model: 'gpt-4o' });
// @ts-expect-error -- a request has messages
service.call('How are you?');
// @ts-expect-error -- a service has a client
new OpenAIService({ modelName: 'gpt-4o' });
// @ts-expect-error -- prices are told per million tokens
new OpenAIService({ client, modelName: 'gpt-4o', prices: { 'gpt-4o': { input: 1, output: 2 } } });
