import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { quota, type Usage } from '../../../src/index.js';
import {
  type OpenAIRequest,
  OpenAIService,
  type OpenAIServiceOptions,
} from '../../../src/openai/index.js';
import { type LocalProvider, sendCompletion, startLocalProvider } from './local-provider.js';

/** 12 characters: 3 tokens, with 4 for the message and 3 for the reply 10. */
export const ASKED: OpenAIRequest = { messages: [{ role: 'user', content: 'How are you?' }] };
export const PROMPT = 10;

/** A provider for the specs of a file, and services that ask it, closed after each spec. */
export function useLocalProvider() {
  const services: OpenAIService[] = [];
  let provider: LocalProvider;
  beforeAll(async () => {
    provider = await startLocalProvider();
  });
  beforeEach(() => {
    provider.bodies.length = 0;
    provider.answerWith(sendCompletion({}));
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close({ abandon: true })));
  });
  afterAll(() => {
    provider.close();
  });
  return {
    provider: () => provider,
    /** A service whose quotas no spec exceeds, unless its options say else. */
    serviceWith: (options: Partial<OpenAIServiceOptions> = {}) => {
      const units = ['tokens', 'inputTokens', 'outputTokens'];
      const quotas = [...units, ...(options.prices ? ['usd'] : [])].map(ample);
      const limits = options.rateTracker ? {} : { quotas };
      const { client } = provider;
      const service = new OpenAIService({ client, modelName: 'gpt-4', ...limits, ...options });
      services.push(service);
      return service;
    },
  };
}

function ample(unit: string) {
  return quota({ unit, limit: 1_000_000, windowMs: 60_000 });
}

export function usageOf(service: OpenAIService): Promise<Usage> {
  return firstValueFrom(service.usage$);
}

/** All pieces of a stream. */
export function piecesOf(service: OpenAIService, request = ASKED): Promise<string[]> {
  return lastValueFrom(service.call({ ...request, stream: true }).pipe(toArray()));
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
