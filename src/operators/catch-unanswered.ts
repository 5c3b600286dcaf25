import { catchError, defer, type Observable, type OperatorFunction, tap } from 'rxjs';

/**
 * `catchError` for a call that has had no response yet; once there was one, its error passes.
 *
 * What goes on elsewhere after a response would give the caller an answer mixed of two.
 *
 * ```text
 * call                    --#              a-#
 * of the handler          --b|             b|
 * catchUnanswered         ----b|           a-#
 * ```
 */
export function catchUnanswered<Response, Other>(
  handler: (error: unknown) => Observable<Other>,
): OperatorFunction<Response, Response | Other> {
  return (call$) =>
    defer(() => {
      let hasResponded = false;
      return call$.pipe(
        tap(() => (hasResponded = true)),
        catchError((error: unknown) => {
          if (hasResponded) throw error;
          return handler(error);
        }),
      );
    });
}
