import * as z from 'zod';
import { Failure } from './failure.js';
import { type AskRequest, LONGEST_PROMPT } from './wire.js';

const schema = z.strictObject({
  prompt: z.string().trim().min(1).max(LONGEST_PROMPT),
  priority: z.int().min(-10).max(10),
  tenant: z.string().regex(/^[\w-]{1,40}$/),
});

const ALLOWED: Readonly<Record<keyof AskRequest, string>> = {
  prompt: `a text of 1 to ${LONGEST_PROMPT} characters`,
  priority: 'a whole number from -10 to 10',
  tenant: 'an id of 1 to 40 letters, digits, - and _',
};

/** Checks what a tab has sent; a `Failure` says what is allowed and quotes nothing. */
export function parseAskRequest(sent: unknown): AskRequest {
  const { success, data, error } = schema.safeParse(sent);
  if (success) return data;
  const field = error.issues[0]?.path[0];
  const allowed = Object.entries(ALLOWED).find(([name]) => name === field);
  const [name, what] = allowed ?? ['the body', 'an object of prompt, priority and tenant'];
  throw new Failure(422, 'BAD_REQUEST', `${name} must be ${what}.`);
}
