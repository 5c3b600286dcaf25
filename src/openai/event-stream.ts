import { MalformedAnswerError } from './malformed-answer-error.js';

/** More than a picture has that is sent as text, in characters. */
const LONGEST_EVENT = 32_000_000;

const LINE_FEED = 10;
const RETURN = 13;

/**
 * The data of each event of a body in `text/event-stream`, as it comes; leaving it early closes the connection.
 *
 * Each character is looked at a fixed number of times, however the body is cut into lines and parts, and no more
 * than one event is kept.
 *
 * @throws MalformedAnswerError for an event without an end.
 * @internal
 */
export async function* dataIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const events = new EventReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      yield* events.read(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (done) return;
    }
  } finally {
    // Without effect at its end; an aborted one rejects.
    reader.cancel().catch(() => undefined);
  }
}

/** Puts lines together, and events out of lines. */
class EventReader {
  /** What has come of the line that has no end yet. */
  private line: string[] = [];
  private data: string[] = [];
  /** How much is kept of the event that has no end yet. */
  private length = 0;
  private endedInReturn = false;

  *read(text: string): Generator<string> {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code !== LINE_FEED && code !== RETURN) continue;
      // The second half of one end, which may have been cut in two.
      const isHalf = code === LINE_FEED && at === from && this.endedInReturn;
      const event = isHalf ? undefined : this.end(text.slice(from, at));
      this.endedInReturn = code === RETURN;
      from = at + 1;
      if (event !== undefined) yield event;
    }
    this.keep(text.slice(from));
  }

  private keep(part: string): void {
    if (part === '') return;
    this.endedInReturn = false;
    this.line.push(part);
    this.grow(part.length);
  }

  /** Ends a line; gives the data of the event that ends with it. */
  private end(part: string): string | undefined {
    if (part === '' && this.line.length === 0) return this.endEvent();
    this.keep(part);
    const line = this.line.join('');
    this.line = [];
    if (line.startsWith('data:')) {
      this.data.push(line.slice(line.startsWith(' ', 5) ? 6 : 5));
    } else this.grow(-line.length); // nothing is kept of a comment, as some are sent for ever
    return undefined;
  }

  private endEvent(): string | undefined {
    if (this.data.length === 0) return undefined;
    const event = this.data.join('\n');
    this.data = [];
    this.length = 0;
    return event;
  }

  private grow(by: number): void {
    this.length += by;
    if (this.length > LONGEST_EVENT)
      throw new MalformedAnswerError('an event of its stream has no end');
  }
}
