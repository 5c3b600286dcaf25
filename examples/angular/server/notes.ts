import type { OpenAIRequest } from 'rxllm/openai';

/** What the assistant knows: the notes that go along with a question. */
const NOTES = [
  'An Observable is a collection that arrives over time. Nothing happens until somebody subscribes, and unsubscribing tears the work down again. So an answer that is streamed is simply an Observable of its pieces, and cancelling it needs no method of its own.',
  'The operator switchMap keeps one inner Observable at a time. When the next value comes it unsubscribes from the one before and subscribes to the new one. For a prompt box that is just right: the answer to half a question is not wanted any more, and the tokens that it would have taken are better spent on the whole one.',
  'A quota is what a provider grants within a window of time, counted in requests and in tokens. A call reserves its estimated cost in every quota before it is sent, all or nothing. When it ends it is settled to what was really used, and the rest is free again at once.',
  'Cancelling a call that is still queued uses nothing. A call that is in flight is torn down: its signal fires, the connection to the provider closes, and its permit is free. It is charged for the text that had come by then, and for no more.',
  'A higher priority goes first, and equals go in the order in which they came. Within a priority the tenants share, by cost, so that one busy tab does not starve the others. Waiting for a minute raises a call by one, so that none waits for ever.',
  'In Angular a signal holds the latest value and the template reads it. With toSignal an Observable becomes one, and it is unsubscribed from when its component goes away. No zone is needed: a new piece of an answer changes a signal, and only what reads it is drawn again.',
  'A batch is many calls and one queue. It is sent as quickly as the quota allows and no faster, a few calls at a time. When the batch is cancelled nothing that still waits is sent, and what is in flight is torn down.',
  'Rate limits are best kept before they are broken. Who sends too much is refused and must wait, and others who share the quota wait with them. A queue in front of the provider knows what is free, and lets each call out the moment there is room for it.',
] as const;

const STREAMED_TOKENS = 300;
const SHORT_TOKENS = 60;

/** A question to the assistant, whose answer is streamed. */
export function questionOf(prompt: string): OpenAIRequest {
  const instructions =
    'Answer the question at the end in a few sentences. The note before it may help.';
  const content = `${noteFor(prompt)}\n\n${prompt}`;
  return { ...chat(instructions, content, STREAMED_TOKENS), stream: true };
}

/** One of many: the answer is short, and comes as a whole. */
export function taskOf(prompt: string): OpenAIRequest {
  return chat('Answer in one short sentence.', prompt, SHORT_TOKENS);
}

function chat(instructions: string, content: string, most: number): OpenAIRequest {
  return {
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
    max_completion_tokens: most,
  };
}

/** The note that has most of the question's words, else the first. */
function noteFor(prompt: string): string {
  const words = wordsIn(prompt);
  const shared = (note: string) => [...wordsIn(note)].filter((word) => words.has(word)).length;
  return [...NOTES].sort((one, other) => shared(other) - shared(one))[0] ?? '';
}

/** Those of five letters and more say what it is about. */
function wordsIn(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z]{5,}/g));
}
