import {
  catchError,
  defer,
  EMPTY,
  expand,
  forkJoin,
  from,
  last,
  map,
  mergeMap,
  type Observable,
  of,
  tap,
  throwError,
} from 'rxjs';
import type { Ask } from './ask.js';
import { type Document, readDocument } from './documents.js';
import { reasonOfDocument } from './provider-failure.js';
import type { Summary } from './summary.js';

/** A document's summary, and how many sections it took. */
export interface Summarised extends Summary {
  readonly document: Document;
  readonly sections: number;
}

/** What became of one document. */
export type Outcome =
  | { readonly kind: 'summarised'; readonly path: string }
  | { readonly kind: 'failed'; readonly path: string; readonly reason: string };

/** What the pipeline is made of, besides RxJS. */
export interface Parts {
  readonly cut: (text: string) => readonly string[];
  readonly ask: Ask;
  readonly save: (summarised: Summarised) => void;
  /** Documents that are read and not yet summarised: few, to fit into memory, yet more than calls at once. */
  readonly documentsAtOnce: number;
}

/**
 * In characters. Three fit into the smallest section that a quota can lead to, so that each round is shorter
 * than the one before, even with a model that finds no end.
 */
const LONGEST_SUMMARY = 600;

/**
 * The whole job: paths in; for each, as soon as it is known, what became of it.
 *
 * ```text
 *                        ┌─ ask ─┐
 * paths ── read ── cut ──┼─ ask ─┼── join ── ask ── save ── outcomes
 *                        └─ ask ─┘
 * ```
 *
 * Nothing in here counts or waits: each `ask` is a call of one service, which lets calls out as fast as its
 * quotas allow. Unsubscribing cancels all of them; what was saved is saved.
 *
 * Errors with what would stop every other document too.
 */
export function summarise(
  paths: readonly string[],
  { cut, ask, save, documentsAtOnce }: Parts,
): Observable<Outcome> {
  return from(paths).pipe(
    mergeMap(
      (path) =>
        defer(() => readDocument(path)).pipe(
          mergeMap(summaryOf),
          tap(save),
          map((): Outcome => ({ kind: 'summarised', path })),
          catchError((error: unknown) => failed(path, error)),
        ),
      documentsAtOnce,
    ),
  );

  function summaryOf(document: Document): Observable<Summarised> {
    const sections = cut(document.text);
    return of(sections).pipe(
      // Several sections: goes on with their summaries, which in the end are a single section.
      expand((several) =>
        several.length === 1
          ? EMPTY
          : forkJoin(several.map((text) => ask('section', text, document))).pipe(
              map((summaries) => cut(summaries.map(asText).join('\n\n'))),
            ),
      ),
      last(),
      mergeMap(([text = '']) =>
        ask(sections.length === 1 ? 'document' : 'combine', text, document),
      ),
      map((summary) => ({ ...summary, document, sections: sections.length })),
    );
  }
}

function failed(path: string, error: unknown): Observable<Outcome> {
  const reason = reasonOfDocument(error);
  return reason === undefined ? throwError(() => error) : of({ kind: 'failed', path, reason });
}

function asText({ title, summary }: Summary): string {
  return `# ${title}\n\n${summary}`.slice(0, LONGEST_SUMMARY);
}
