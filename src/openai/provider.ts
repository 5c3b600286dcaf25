import type { OpenAI } from 'openai';
import type { Accounting } from '../index.js';

/** What is known of the provider that a client speaks to. */
export interface Provider {
  /** As `readRateLimits` knows it. */
  readonly name: string | undefined;
  /** How it counts tokens against its limits. */
  readonly accounting: Accounting;
}

const KNOWN: readonly (readonly [RegExp, Provider])[] = [
  [/(^|\.)azure\.com$|(^|\.)github\.ai$/, { name: 'azure-openai', accounting: 'prompt+max' }],
  [/(^|\.)openai\.com$/, { name: 'openai', accounting: 'max' }],
  [/(^|\.)cerebras\.ai$/, { name: 'cerebras', accounting: 'prompt+max' }],
  [/(^|\.)googleapis\.com$/, { name: 'gemini', accounting: 'input' }],
];

/** Tells the provider by the host of the client's base URL. */
export function providerOf({ baseURL }: Partial<Pick<OpenAI, 'baseURL'>>): Provider {
  const host = hostOf(baseURL);
  const known = KNOWN.find(([pattern]) => pattern.test(host))?.[1];
  return known ?? { name: undefined, accounting: 'real' };
}

function hostOf(url: string | undefined): string {
  try {
    return new URL(url ?? '').hostname;
  } catch {
    return '';
  }
}
