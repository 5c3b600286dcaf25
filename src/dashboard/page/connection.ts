import type { Hello, Sample } from '../protocol.js';

/** When one asks again, where the browser does not by itself, in ms. */
const AGAIN_MS = 2_000;

/** What hears from the server. */
export interface Hearer {
  readonly hello: (hello: Hello) => void;
  readonly sample: (sample: Sample) => void;
  /** What was heard is no longer what is. */
  readonly lost: () => void;
}

/**
 * Listens to the server while the page is seen; after an interruption `hello` comes again.
 *
 * A browser has six connections to one server: tabs in the background would keep the seventh from showing anything.
 */
export function listen(hearer: Hearer): void {
  let source: EventSource | undefined;
  const follow = () => {
    if (!document.hidden) source ??= open(hearer, again);
    else {
      source?.close();
      source = undefined;
    }
  };
  const again = () => {
    source = undefined;
    setTimeout(follow, AGAIN_MS);
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}

function open({ hello, sample, lost }: Hearer, again: () => void): EventSource {
  const source = new EventSource('events');
  source.addEventListener('hello', ({ data }: MessageEvent<string>) => {
    hello(JSON.parse(data) as Hello);
  });
  source.addEventListener('sample', ({ data }: MessageEvent<string>) => {
    sample(JSON.parse(data) as Sample);
  });
  source.addEventListener('error', () => {
    lost();
    if (source.readyState === EventSource.CLOSED) again();
  });
  return source;
}
