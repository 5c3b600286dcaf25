import * as z from 'zod';

const text = z
  .string()
  .trim()
  .refine((value) => value !== '', 'is empty');

/** What the model is asked for, and what its answer is checked by. */
export const summarySchema = z.object({
  title: text.describe('The title of the document, or one that fits'),
  summary: text.describe('What the document says, in two to four sentences'),
  keywords: z.array(text).min(1).max(10).describe('What it is about, the most important first'),
});

export type Summary = z.infer<typeof summarySchema>;

/** The schema as the provider wants it. What it cannot say, such as that no text is empty, is checked here. */
export const summaryFormat = {
  type: 'json_schema' as const,
  json_schema: {
    name: 'summary',
    strict: true,
    schema: z.toJSONSchema(summarySchema, { target: 'draft-7' }),
  },
};

/** The model has answered, but not what it was asked for. */
export class BadAnswerError extends Error {
  override readonly name = 'BadAnswerError';
}

/** Reads an answer; one that is no JSON or does not fit the schema is a `BadAnswerError`. */
export function parseSummary(answer: string): Summary {
  const parsed = summarySchema.safeParse(parseJson(answer));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'it';
  throw new BadAnswerError(`the answer does not fit the schema: ${where}: ${issue?.message ?? ''}`);
}

function parseJson(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch (error) {
    throw new BadAnswerError('the answer is not JSON', { cause: error });
  }
}
