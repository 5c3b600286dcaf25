/** What the page shows of `ask.ts`: its lines, as they stand there. */
export const PIPE = `turn = toSignal(
  toObservable(this.prompt).pipe(
    debounceTime(150),
    switchMap((prompt) => (prompt.trim() ? this.ask(prompt) : of(undefined))),
  ),
);

ask(prompt: string): Observable<Turn> {
  return this.chat.call(prompt).pipe(
    catchError(failed),
    scan(withEvent, turnOf(prompt)),
    startWith(turnOf(prompt)),
    this.trail.keep(),
  );
}`;
