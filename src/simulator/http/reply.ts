import type { ServerResponse } from 'node:http';
import type { Answer } from '../answer/answer.js';
import { type Completion, completionBody, completionChunks } from '../chat-completion.js';
import type { ChatRequest } from '../chat-request.js';
import type { AdmittedRequest, ExchangeEvent } from '../../provider/index.js';
import { sendJson, sseEvent } from './send.js';

/**
 * Writes what happens to one chat completion into its HTTP response.
 *
 * @internal
 */
export class Reply {
  private chunks: ReturnType<typeof completionChunks> | undefined;
  private written = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly chat: ChatRequest,
    private readonly answer: Answer,
    private readonly now: () => number,
  ) {}

  write(event: ExchangeEvent): void {
    switch (event.kind) {
      case 'refused':
      case 'failed':
        sendJson(this.response, event.status, event.body, event.headers);
        break;
      case 'progress':
        this.writeTokens(event.admitted, event.tokens);
        break;
      case 'answered':
        if (this.chat.stream) this.endStream(event.admitted);
        else this.writeWhole(event.admitted);
        break;
      case 'broken':
        this.response.destroy();
    }
  }

  private writeWhole(admitted: AdmittedRequest): void {
    sendJson(this.response, 200, completionBody(this.completion(admitted)), admitted.headers);
  }

  private writeTokens(admitted: AdmittedRequest, tokens: number): void {
    const chunks = this.begin(admitted);
    this.send(chunks.tokens.slice(this.written, tokens));
    this.written = tokens;
  }

  private endStream(admitted: AdmittedRequest): void {
    const chunks = this.begin(admitted);
    this.send([...chunks.tokens.slice(this.written), ...chunks.last, '[DONE]']);
    this.response.end();
  }

  private begin(admitted: AdmittedRequest): ReturnType<typeof completionChunks> {
    if (this.chunks) return this.chunks;
    this.chunks = completionChunks(this.completion(admitted));
    this.response.writeHead(200, {
      ...admitted.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    this.send([this.chunks.first]);
    return this.chunks;
  }

  private send(events: readonly unknown[]): void {
    if (events.length > 0) this.response.write(events.map(sseEvent).join(''));
  }

  private completion({ id }: AdmittedRequest): Completion {
    const created = Math.floor(this.now() / 1000);
    return { id: `chatcmpl-${id}`, created, chat: this.chat, answer: this.answer };
  }
}
