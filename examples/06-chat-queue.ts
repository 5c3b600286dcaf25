// npx tsx examples/06-chat-queue.ts
//
// Three people share one model. Each sees the life of their own call: their place, when it starts about, the
// answer as it comes. One asks for a lot, and shares are by tokens, so the others are not kept waiting. One
// wants an answer soon or not at all, and gets it from a smaller model.
import { concatMap, delay, from, of } from 'rxjs';
import { type CallEvent, fallback, LLMService, DeadlineExceededError } from 'rxllm';

/** Answers in pieces, 100 ms apart. */
function model(modelName: string): LLMService<number, string> {
  return LLMService.of({
    modelName,
    maxConcurrentJobs: 1,
    costOf: (pieces: number) => ({ tokens: 10 * pieces }),
    process: (pieces: number) =>
      from(Array.from({ length: pieces }, (_, index) => `${modelName} ${index + 1}`)).pipe(
        concatMap((piece) => of(piece).pipe(delay(100))),
      ),
  });
}

const large = model('large');
const small = model('small');

/** What a person sees. */
function told(event: CallEvent<string>): string {
  if (event.type === 'queued') return `number ${event.position} in the queue`;
  if (event.type === 'started') return `after ${Math.round(event.waitMs / 100) / 10} s`;
  if (event.type === 'value') return `> ${event.response}`;
  return event.type;
}

const ask = (tenant: string, pieces: number) =>
  large
    .callEvents(pieces, { tenant })
    .subscribe((event) => console.log(`${tenant.padEnd(4)} ${told(event)}`));

ask('ann', 2);
ask('ann', 6);
ask('ann', 6);
ask('bob', 2);
ask('bob', 2);

// By now the first has ended, and so it is known how long answers take.
setTimeout(() => {
  const soon = fallback([large, small], {
    when: (error) => error instanceof DeadlineExceededError,
  });
  soon
    .call(1, { tenant: 'cat', deadline: 150 })
    .subscribe((piece) => console.log(`cat  > ${piece}`));
}, 250);
