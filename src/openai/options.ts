import * as z from 'zod/mini';
import { ACCOUNTINGS, invalidOption, type LLMServiceOptions } from '../index.js';
import type { OpenAIRequest } from './openai-request.js';
import type { OpenAIServiceOptions } from './openai-service-options.js';

function kind(isAllowed: (value: unknown) => boolean, allowed: string) {
  return z.custom(isAllowed, allowed);
}

const isAmount = (value: unknown) => typeof value === 'number' && value >= 0 && value < Infinity;

/** Whether there is a function at the end of the path. */
function hasMethod(value: unknown, ...path: readonly string[]): boolean {
  const at = (object: unknown, key: string) => (object as Record<string, unknown> | null)?.[key];
  return typeof path.reduce(at, value) === 'function';
}

const client = kind(
  (v) => hasMethod(v, 'chat', 'completions', 'create'),
  'a client: new OpenAI({ apiKey })',
);
const oneOf = (names: readonly string[]) =>
  kind((v) => names.includes(v as string), names.map((name) => `'${name}'`).join(', '));
const aFunction = kind((v) => typeof v === 'function', 'a function');
const count = kind(
  (v) => isAmount(v) && Number.isInteger(v) && v !== 0,
  'a whole number, 1 or more',
);
const dollars = kind(isAmount, 'a finite number, 0 or more, in US dollars');
const price = z.strictObject(
  {
    inputPerMillion: dollars,
    cachedInputPerMillion: z.optional(dollars),
    outputPerMillion: dollars,
  },
  'a price: { inputPerMillion, cachedInputPerMillion?, outputPerMillion }',
);

/** Known here so that a misspelt option is told all names; looked at by `LLMService`. */
const ofLLMService = {
  modelName: z.optional(z.unknown()),
  serviceTag: z.optional(z.unknown()),
  rateLimit: z.optional(z.unknown()),
  rateTracker: z.optional(z.unknown()),
  quotas: z.optional(z.unknown()),
  maxConcurrentJobs: z.optional(z.unknown()),
  queueLimit: z.optional(z.unknown()),
  whenQueueFull: z.optional(z.unknown()),
  tenantWeights: z.optional(z.unknown()),
  timeout: z.optional(z.unknown()),
  queueTimeout: z.optional(z.unknown()),
  firstChunkTimeout: z.optional(z.unknown()),
  chunkTimeout: z.optional(z.unknown()),
  retry: z.optional(z.unknown()),
  limits: z.optional(z.unknown()),
  learnOutput: z.optional(z.unknown()),
  scheduler: z.optional(z.unknown()),
} satisfies Record<keyof LLMServiceOptions, z.ZodMiniType>;

const serviceSchema = z.strictObject(
  {
    client,
    ...ofLLMService,
    countTokens: z.optional(aFunction),
    maxOutputTokens: z.optional(count),
    accounting: z.optional(oneOf(Object.keys(ACCOUNTINGS))),
    prices: z.optional(z.record(z.string(), price, 'prices by model')),
  },
  'an object',
);

const requestSchema = z.looseObject(
  {
    messages: kind(Array.isArray, 'a list of messages'),
    usageTracker: z.optional(kind((v) => hasMethod(v, 'updateFromModel'), 'a UsageTracker')),
  },
  'an object',
);

/** Checks what is OpenAI's; `LLMService` checks the rest. */
export function parseOpenAIServiceOptions(options: OpenAIServiceOptions): OpenAIServiceOptions {
  return check(serviceSchema, options, '');
}

export function parseOpenAIRequest(request: OpenAIRequest): OpenAIRequest {
  return check(requestSchema, request, 'request');
}

function check<T>(schema: z.ZodMiniObject, input: T, name: string): T {
  const issue = z.safeParse(schema, input).error?.issues[0];
  if (!issue) return input;
  throw invalidOption(issue, input, name, (path) => {
    return Object.keys(path.length > 0 ? price.shape : schema.shape);
  });
}
