import type { ServerResponse } from 'node:http';
import { map, type Observable, share } from 'rxjs';
import type { Feed } from '../feed/feed.js';
import { RefusedRequest } from './refused-request.js';

/** More than anybody opens; each holds a connection. */
const MOST_PAGES = 1_000;
/** How soon a browser comes back, in ms. */
const RETRY_MS = 1_000;
/** How long a page may be behind: one that is still there comes back by itself. */
const UNREAD_MS = 300_000;

/**
 * The pages that are open: each is told all when it comes, and then each sample.
 *
 * A page that does not read as fast as it is written to misses samples, and keeps nothing waiting in memory but what
 * it was told before; when it has been behind for five minutes its connection ends.
 *
 * @internal
 */
export class SampleStreams {
  private readonly open = new Set<ServerResponse>();
  private readonly samples$: Observable<Buffer>;
  private hello: { text: string; bytes: Buffer } = { text: '', bytes: Buffer.alloc(0) };

  constructor(private readonly feed: Feed) {
    // Bytes, made once for all pages.
    this.samples$ = feed.samples$.pipe(
      map((sample) => message('sample', sample)),
      share(),
    );
  }

  /** @throws RefusedRequest 503 past 1,000 pages */
  add(response: ServerResponse): void {
    if (this.open.size >= MOST_PAGES)
      throw new RefusedRequest(503, `${MOST_PAGES} pages are open: close one.`);
    const hello = this.helloBytes();
    this.open.add(response);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // or a proxy would keep it until there is more
    });
    response.write(hello);
    const told = this.samples$.subscribe(tellerOf(response, UNREAD_MS / this.feed.everyMs));
    response.once('close', () => {
      told.unsubscribe();
      this.open.delete(response);
    });
  }

  /** Pages that open between two samples share them. */
  private helloBytes(): Buffer {
    const text = this.feed.helloText();
    if (text !== this.hello.text)
      this.hello = { text, bytes: message('hello', text, `retry: ${RETRY_MS}\n`) };
    return this.hello.bytes;
  }
}

function message(event: string, data: string, head = ''): Buffer {
  return Buffer.from(`${head}event: ${event}\ndata: ${data}\n\n`);
}

function tellerOf(response: ServerResponse, mostMissed: number): (sample: Buffer) => void {
  let missed = 0;
  return (sample) => {
    missed = response.writableNeedDrain ? missed + 1 : 0;
    if (missed === 0) response.write(sample);
    else if (missed >= mostMissed) response.destroy();
  };
}
