import type { Random } from './random.js';
import type { HeaderValues } from './simulated-request.js';

/**
 * The headers that OpenAI sends with every answer, besides those of its rate limits.
 *
 * @internal
 */
export function openAIHeaders(id: string, processingMs: number): HeaderValues {
  return {
    'openai-organization': 'org-simulator',
    'openai-processing-ms': String(Math.round(processingMs)),
    'openai-version': '2020-10-01',
    'x-request-id': `req_${id}`,
  };
}

/** @internal */
export function nextId(draw: Random): string {
  const eightDigits = () =>
    Math.floor(draw() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return eightDigits() + eightDigits() + eightDigits() + eightDigits();
}
