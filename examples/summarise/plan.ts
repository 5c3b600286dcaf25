import { catchError, concatMap, defer, from, map, type Observable, of, toArray } from 'rxjs';
import { estimateTokens } from 'rxllm/openai';
import { ANSWER_TOKENS, INSTRUCTION_TOKENS } from './ask.js';
import { type Document, NoDocumentError, readDocument } from './documents.js';
import { sectionsOf } from './sections.js';

/** What there is to do, known before the first call. */
export interface Plan {
  readonly open: readonly OpenDocument[];
  /** Documents that have a summary already. */
  readonly doneBefore: number;
  readonly skipped: readonly NoDocumentError[];
}

/** A document without a summary, and what it will take, as far as one can know. Its text is let go. */
export interface OpenDocument {
  readonly path: string;
  readonly calls: number;
  readonly tokens: number;
}

export type Cut = (text: string) => string[];

/** Longer sections would fit most models, but a summary is to tell more than the headings. */
const SECTION_TOKENS = 2_000;
const TYPICAL_ANSWER_TOKENS = 100;

/** Cuts texts so that each section, with its instructions and its answer, fits the model and the quota. */
export function cutFor(tokensPerMinute: number): Cut {
  const most = Math.min(SECTION_TOKENS, tokensPerMinute - INSTRUCTION_TOKENS - ANSWER_TOKENS);
  return (text) => sectionsOf(text, (section) => estimateTokens(section) <= most);
}

/** Reads every document once, one after the other, to see which there are and which have a summary. */
export function planOf(
  paths: readonly string[],
  cut: Cut,
  isDone: (document: Document) => boolean,
): Observable<Plan> {
  return from(paths).pipe(
    concatMap((path) =>
      defer(() => readDocument(path)).pipe(
        map((document) => (isDone(document) ? undefined : openDocument(document, cut))),
        catchError((error: unknown) => {
          if (error instanceof NoDocumentError) return of(error);
          throw error;
        }),
      ),
    ),
    toArray(),
    map((all) => ({
      open: all.filter((one) => one !== undefined && 'calls' in one),
      doneBefore: all.filter((one) => one === undefined).length,
      skipped: all.filter((one) => one instanceof NoDocumentError),
    })),
  );
}

function openDocument({ path, text }: Document, cut: Cut): OpenDocument {
  const sections = cut(text).length;
  // Several sections take one more call, which reads their summaries.
  const calls = sections === 1 ? 1 : sections + 1;
  const summaries = sections === 1 ? 0 : sections * TYPICAL_ANSWER_TOKENS;
  const perCall = INSTRUCTION_TOKENS + TYPICAL_ANSWER_TOKENS;
  return { path, calls, tokens: estimateTokens(text) + summaries + calls * perCall };
}
