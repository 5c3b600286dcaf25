// npx tsx examples/02-pipe-requests.ts
//
// Somebody types, and each keystroke asks anew. switchMap unsubscribes from the answer that is no longer
// wanted, and that cancels its call: one that waits has used nothing, one in flight is broken off.
import { concatMap, from, map, of, delay, scan, switchMap } from 'rxjs';
import { LLMService, requestsPerMinute } from 'rxllm';

const pieces = ['A ', 'library ', 'for '];

const service = LLMService.of({
  modelName: 'echo-1',
  quotas: [requestsPerMinute(500)],
  // The answer comes in pieces, 100 ms apart.
  process: (question: string) =>
    from([...pieces, question]).pipe(concatMap((piece) => of(piece).pipe(delay(100)))),
});

service.events$.subscribe((event) => {
  if (event.type === 'queued' || event.type === 'fault') return;
  console.log(`call ${event.callId} (${event.label ?? ''}) ${event.type}`);
});

/** What is typed, a key every 150 ms. */
const questions$ = from(['R', 'Rx', 'RxJ', 'RxJS']).pipe(
  concatMap((text, index) => of(text).pipe(delay(index === 0 ? 0 : 150))),
);

questions$
  .pipe(
    switchMap((question) =>
      service.call(question, { label: question }).pipe(
        scan((text, piece) => text + piece),
        map((text) => `  ${question.padEnd(4)} > ${text}`),
      ),
    ),
  )
  .subscribe((line) => console.log(line));
