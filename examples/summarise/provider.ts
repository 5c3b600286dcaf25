import { calcPrice } from '@pydantic/genai-prices';
import { OpenAI } from 'openai';
import { type Quota, quota } from 'rxllm';
import { OpenAIService, type Prices } from 'rxllm/openai';
import { type Simulator, startSimulator } from 'rxllm/simulator';
import { Failure } from './failure.js';
import { count } from './format.js';
import type { Settings } from './settings.js';

/** Whom the documents are sent to. */
export interface Provider extends AsyncDisposable {
  readonly service: OpenAIService;
  /** Its address, as far as it may be shown. */
  readonly host: string;
  /** The most calls in flight. */
  readonly callsAtOnce: number;
  /** Who it is, and what it grants. */
  readonly introduction: string;
  /** How many answers of 429 there were. */
  readonly refusals: Refusals;
}

/** Answers of 429, counted where they came in, and by the simulator, where there is one. */
export interface Refusals {
  readonly received: number;
  readonly sent: number | undefined;
}

const FEWEST_AT_ONCE = 32;
const MOST_AT_ONCE = 500;
const LONG_CALL_MS = 5_000;

/** The provider that the environment names, else a simulator that enforces the very same quotas. */
export async function connect(settings: Settings, env: NodeJS.ProcessEnv): Promise<Provider> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = env;
  if (apiKey || baseURL) return new Connection(settings, apiKey, baseURL);
  const simulator = await startSimulator({
    requestsPerWindow: settings.requestsPerMinute,
    tokensPerWindow: settings.tokensPerMinute,
  });
  return new Connection(settings, undefined, simulator.url, simulator);
}

class Connection implements Provider {
  readonly service: OpenAIService;
  readonly host: string;
  readonly callsAtOnce: number;
  private received = 0;

  constructor(
    private readonly settings: Settings,
    apiKey: string | undefined,
    baseURL: string | undefined,
    private readonly simulator?: Simulator,
  ) {
    const { model, requestsPerMinute: requests, tokensPerMinute: tokens } = settings;
    const client = new OpenAI({
      apiKey: apiKey || 'none', // a server of one's own may want none, the client wants some
      baseURL: baseURL || null,
      fetch: (...args) => this.fetch(...args),
    });
    this.host = hostOf(client.baseURL);
    this.callsAtOnce = callsAtOnceFor(requests);
    this.service = new OpenAIService({
      client,
      modelName: model,
      quotas: [perMinute('requests', requests), perMinute('tokens', tokens)],
      maxConcurrentJobs: this.callsAtOnce,
      prices: pricesOf(model),
    });
  }

  get introduction(): string {
    const { model, requestsPerMinute, tokensPerMinute } = this.settings;
    return [
      this.simulator
        ? 'Asking the simulator, as OPENAI_API_KEY and OPENAI_BASE_URL are not set.'
        : `Asking ${model} at ${this.host}.`,
      `Quotas: ${count(requestsPerMinute)} requests and ${count(tokensPerMinute)} tokens a minute.`,
    ].join('\n');
  }

  get refusals(): Refusals {
    const refused = this.simulator?.stats().refused;
    return {
      received: this.received,
      sent: refused && Object.values(refused).reduce((sum, number) => sum + number, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close({ abandon: true });
    await this.simulator?.close();
  }

  private async fetch(...args: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetch(...args);
    if (response.status === 429) this.received++;
    return response;
  }
}

function perMinute(unit: string, limit: number): Quota {
  return quota({ unit, limit, windowMs: 60_000 });
}

/** The list price; a model that has none, or several, is shown without a cost. */
function pricesOf(model: string): Prices {
  const found = calcPrice({ input_tokens: 1 }, model, { providerId: 'openai' });
  const { input_mtok: input, output_mtok: output } = found?.model_price ?? {};
  if (typeof input !== 'number' || typeof output !== 'number') return {};
  return { [model]: { inputPerMillion: input, outputPerMillion: output } };
}

/** A small quota is to be used up within seconds, a large one at all, with connections one machine can have. */
function callsAtOnceFor(requestsPerMinute: number): number {
  const needed = Math.ceil((requestsPerMinute * LONG_CALL_MS) / 60_000);
  return Math.min(MOST_AT_ONCE, Math.max(FEWEST_AT_ONCE, needed));
}

/** The host alone: an address may hold a password. */
function hostOf(address: string): string {
  if (URL.canParse(address)) return new URL(address).host;
  throw new Failure('OPENAI_BASE_URL is not an address; it looks like http://localhost:11434/v1');
}
