/** What the page shows of `ask.ts`: its lines, as they stand there. */
export const PIPE = `turn = toSignal(
  toObservable(this.prompt).pipe(
    debounceTime(150),
    switchMap((prompt) => this.ask(prompt)),
  ),
);

ask(prompt: string) {
  if (!prompt.trim()) return of(undefined);
  return this.chat.call(prompt).pipe(
    catchError(failed),
    scan(withEvent, turnOf(prompt)),
    startWith(turnOf(prompt)),
    this.trail.keep(),
  );
}`;
