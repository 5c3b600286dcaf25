import { decimal } from './decimal.js';

/** How a limit was missed, in the words of an error message. */
export interface Shortage {
  readonly dim: string;
  /** `min`, `minute`, `hour`, `day`, …. */
  readonly window: string;
  readonly limit: number;
  readonly used: number | null;
  readonly requested: number | null;
}

const SUBJECT =
  /\b((?:(?:input|output) )?(?:tokens|requests|images)) per (sec|second|min|minute|hour|day)\b/i;
const NEAR = 150;

/**
 * Reads `… on tokens per min (TPM): Limit 30000, Used 25339, Requested 5560. …`, as OpenAI and Groq write it:
 * at times the only place where a refusal tells its limit.
 */
export function shortageIn(text: string): Shortage | undefined {
  const subject = SUBJECT.exec(text);
  const [phrase = '', dim = '', window = ''] = subject ?? [];
  const rest = text.slice((subject?.index ?? 0) + phrase.length).slice(0, NEAR);
  const limit = amount(/\bLimit:? (\d[\d,]{0,18})/i.exec(rest)?.[1]);
  if (!subject || limit === null) return undefined;
  return {
    dim: dim.toLowerCase().replace(' ', '-'),
    window: window.toLowerCase(),
    limit,
    used: amount(/\b(?:Used|Current):? (\d[\d,]{0,18})/i.exec(rest)?.[1]),
    requested: amount(/\bRequested:? (\d[\d,]{0,18})/i.exec(rest)?.[1]),
  };
}

function amount(text: string | undefined): number | null {
  return decimal(text?.replaceAll(',', ''));
}
