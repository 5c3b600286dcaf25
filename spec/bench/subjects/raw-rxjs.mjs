// What one writes by hand with RxJS: a Subject of calls, mergeMap with a concurrency, an answer for
// each caller, and no limit. An error goes to its caller and never ends the pipeline.
import { catchError, EMPTY, firstValueFrom, from, mergeMap, Observable, Subject, tap } from 'rxjs';

export function open({ work, concurrency }) {
  const calls$ = new Subject();
  const dispatch = ({ request, observer }) =>
    from(work(request)).pipe(
      tap(observer),
      catchError(() => EMPTY),
    );
  calls$.pipe(mergeMap(dispatch, concurrency)).subscribe();

  const answer = (request) => new Observable((observer) => calls$.next({ request, observer }));
  const call = (request) => firstValueFrom(answer(request));
  const subscribe = (request, observer) => answer(request).subscribe(observer);
  return { call, subscribe };
}
