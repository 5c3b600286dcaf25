import type { ServerResponse } from 'node:http';
import type { Feed } from '../feed/feed.js';
import { RefusedRequest } from './refused-request.js';

/** More than anybody opens; each holds a connection. */
const MOST_PAGES = 1_000;
/** How soon a browser comes back, in ms. */
const RETRY_MS = 1_000;

/**
 * The pages that are open: each is told all when it comes, and then each sample.
 *
 * A page that does not read as fast as it is written to misses samples, and keeps nothing waiting in memory.
 *
 * @internal
 */
export class SampleStreams {
  private readonly open = new Set<ServerResponse>();

  constructor(private readonly feed: Feed) {}

  /** @throws RefusedRequest 503 past 1,000 pages */
  add(response: ServerResponse): void {
    if (this.open.size >= MOST_PAGES)
      throw new RefusedRequest(503, `${MOST_PAGES} pages are open: close one.`);
    this.open.add(response);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // or a proxy would keep it until there is more
    });
    response.write(
      `retry: ${RETRY_MS}\nevent: hello\ndata: ${JSON.stringify(this.feed.hello())}\n\n`,
    );
    const told = this.feed.samples$.subscribe((sample) => tell(response, sample));
    response.once('close', () => {
      told.unsubscribe();
      this.open.delete(response);
    });
  }
}

function tell(response: ServerResponse, sample: string): void {
  if (!response.writableNeedDrain) response.write(`event: sample\ndata: ${sample}\n\n`);
}
