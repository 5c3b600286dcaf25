import { OpenAI } from 'openai';
import { quota, UsageTracker } from 'rxllm';
import { OpenAIService, parseOpenAIResponse } from 'rxllm/openai';
import { startSimulator } from 'rxllm/simulator';
import type { Settings } from './settings.js';

/** Whom all tabs ask, through one service: so they share its quota. */
export interface Provider extends AsyncDisposable {
  readonly service: OpenAIService;
  /** What was used since the start. */
  readonly usageTracker: UsageTracker<Parameters<typeof parseOpenAIResponse>[1]>;
  /** `simulator`, or a host. */
  readonly name: string;
  /** Where the simulator counts what reaches it. */
  readonly statsUrl: string | undefined;
  /** How many answers of 429 there were. */
  readonly refusals: () => number;
}

const MINUTE_MS = 60_000;
const MOST_IN_FLIGHT = 64;
const LONGEST_QUEUE = 2_000;

/** The provider that the environment names, else a simulator that enforces the very same quotas. */
export async function connect(settings: Settings, env: NodeJS.ProcessEnv): Promise<Provider> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = env;
  const simulator = apiKey || baseURL ? undefined : await startSimulator(likeOpenAI(settings));
  let refusals = 0;
  const client = new OpenAI({
    apiKey: apiKey || 'none', // a server of one's own may want none, the client wants some
    baseURL: simulator?.url ?? (baseURL || null),
    fetch: async (...args) => {
      const response = await fetch(...args);
      if (response.status === 429) refusals += 1;
      return response;
    },
  });
  const service = serviceOf(client, settings);
  return {
    service,
    usageTracker: new UsageTracker('all tabs', parseOpenAIResponse),
    name: simulator ? 'simulator' : new URL(client.baseURL).host,
    statsUrl: simulator?.url.replace(/v1$/, 'stats'),
    refusals: () => refusals,
    async [Symbol.asyncDispose]() {
      await service.close({ abandon: true });
      await simulator?.close();
    },
  };
}

/** OpenAI refills its quotas continuously; so does the simulator here. */
function likeOpenAI(settings: Settings) {
  const { requestsPerMinute, tokensPerMinute, firstTokenMs, perTokenMs } = settings;
  return {
    requestsPerWindow: requestsPerMinute,
    tokensPerWindow: tokensPerMinute,
    limitModel: 'token-bucket',
    latency: { baseMs: firstTokenMs, perTokenMs },
  } as const;
}

function serviceOf(client: OpenAI, { model, requestsPerMinute, tokensPerMinute }: Settings) {
  const perMinute = (unit: string, limit: number) =>
    quota({ unit, limit, windowMs: MINUTE_MS, model: 'token-bucket' });
  return new OpenAIService({
    client,
    modelName: model,
    quotas: [perMinute('requests', requestsPerMinute), perMinute('tokens', tokensPerMinute)],
    maxConcurrentJobs: MOST_IN_FLIGHT,
    queueLimit: LONGEST_QUEUE,
    chunkTimeout: MINUTE_MS,
  });
}
