// The least that RxJS can do: a Subject of calls and mergeMap with a concurrency, where the work is
// a promise that settles its caller's promise itself. No Observable per answer, and no limit.
import { mergeMap, Subject } from 'rxjs';

export function open({ work, concurrency }) {
  const calls$ = new Subject();
  const dispatch = ({ request, resolve, reject }) => work(request).then(resolve, reject);
  calls$.pipe(mergeMap(dispatch, concurrency)).subscribe();

  const call = (request) =>
    new Promise((resolve, reject) => calls$.next({ request, resolve, reject }));
  return { call };
}
