// npx tsx examples/05-openai-stream.ts
//
// OpenAIService streams an answer piece by piece and settles the call to what the provider reports. Here
// the simulator is the provider: with a key, `new OpenAI()` is all the client that you need.
import { OpenAI } from 'openai';
import { scan, tap } from 'rxjs';
import { requestsPerMinute, runServices, tokensPerMinute, UsageTracker } from 'rxllm';
import { OpenAIService, parseOpenAIResponse } from 'rxllm/openai';
import { startSimulator } from 'rxllm/simulator';

const simulator = await startSimulator({ latency: { baseMs: 200, perTokenMs: 40 } });
const gpt4o = new OpenAIService({
  client: new OpenAI({ baseURL: simulator.url, apiKey: 'any' }),
  modelName: 'gpt-4o',
  quotas: [requestsPerMinute(500), tokensPerMinute(30_000)],
  prices: { 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } },
});
const usageTracker = new UsageTracker('05-openai-stream', parseOpenAIResponse);
const content =
  'An Observable is a collection that arrives over time. Nothing happens until somebody subscribes.';

const answer = await runServices([gpt4o], () =>
  gpt4o.call({ messages: [{ role: 'user', content }], stream: true, usageTracker }).pipe(
    tap((piece) => process.stdout.write(piece)),
    scan((text, piece) => text + piece),
  ),
);

console.log(`\n\n${answer.length} characters`, usageTracker.totals['gpt-4o']);
console.log('limits broken:', simulator.stats().limitsBroken);
await simulator.close();
