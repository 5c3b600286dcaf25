import type { RateLimit } from '../../index.js';
import { axesOf, limitOf } from '../axis.js';
import type { Said } from '../said.js';
import { suffixedNaming } from './suffixed-naming.js';

/**
 * OpenAI, Groq and Fireworks (resets as Go durations, or none), Cerebras (seconds with a fraction), Mistral (no
 * resets), DigitalOcean (epoch seconds): headers that end in what is counted.
 */
export function suffixed({ headers, at, azure }: Said): readonly RateLimit[] {
  if (azure) return [];
  return axesOf(headers, suffixedNaming).flatMap((axis) => limitOf(axis, at) ?? []);
}
