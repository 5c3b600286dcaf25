import {
  connect,
  endWith,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  type Observable,
  reduce,
  takeUntil,
  toArray,
} from 'rxjs';
import { runServices, type ServiceEvent } from 'rxllm';
import { askOf } from './ask.js';
import { type Outcome, type Summarised, summarise } from './pipeline.js';
import type { Cut, OpenDocument } from './plan.js';
import { progressOf } from './progress.js';
import { failureOf } from './provider-failure.js';
import type { Provider } from './provider.js';
import type { Results } from './results.js';
import { show } from './screen.js';
import { Account, type Spent, spentIn } from './account.js';

/** What has become of the documents, and what it took. */
export interface Done extends Spent {
  /** From the first call that was queued to the last that ended. */
  readonly elapsedMs: number;
  readonly outcomes: readonly Outcome[];
}

/** What a job works with. */
export interface Tools {
  readonly cut: Cut;
  readonly provider: Provider;
  readonly results: Results;
  /** Its first emission ends the job; what was saved stays. */
  readonly stop$: Observable<unknown>;
}

/** Summarises documents until all are through or it is told to stop, and shows meanwhile how it goes. */
export async function runJob(
  documents: readonly OpenDocument[],
  { cut, provider, results, stop$ }: Tools,
): Promise<Done> {
  const { service, host, callsAtOnce } = provider;
  const account = new Account();
  const elapsedMs = firstValueFrom(timeBetweenFirstAndLast(service.events$));

  const outcomes$ = summarise(
    documents.map(({ path }) => path),
    { cut, ask: askOf(service, account), save, documentsAtOnce: 2 * callsAtOnce },
  ).pipe(takeUntil(stop$));

  const outcomes = await runServices([service], () =>
    outcomes$.pipe(
      connect((shared$) => merge(shared$, shown(shared$))),
      toArray(),
    ),
  ).catch((error: unknown) => {
    throw failureOf(error, { host, model: service.modelName, saved: results.added });
  });
  return { outcomes, ...spentIn(account.ofAll.toJSON()), elapsedMs: await elapsedMs };

  function save({ document, title, summary, keywords, sections }: Summarised): void {
    const { path, hash } = document;
    const { tokens } = spentIn(account.of(document).toJSON());
    results.add({ path, hash, title, summary, keywords, sections, tokens });
  }

  function shown(shared$: Observable<Outcome>): Observable<never> {
    const ended$ = shared$.pipe(ignoreElements(), endWith('ended'));
    return progressOf(shared$, { documents, service, account, callsAtOnce }).pipe(
      show(process.stdout),
      takeUntil(ended$),
    );
  }
}

function timeBetweenFirstAndLast(events$: Observable<ServiceEvent>): Observable<number> {
  return events$.pipe(
    reduce<ServiceEvent, number[]>(([first], { at }) => [first ?? at, at], []),
    map(([first = 0, last = 0]) => last - first),
  );
}
