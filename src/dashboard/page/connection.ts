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

/** Listens to the server for as long as the page is open; after an interruption `hello` comes again. */
export function listen(hearer: Hearer): void {
  const source = new EventSource('events');
  source.addEventListener('hello', ({ data }: MessageEvent<string>) => {
    hearer.hello(JSON.parse(data) as Hello);
  });
  source.addEventListener('sample', ({ data }: MessageEvent<string>) => {
    hearer.sample(JSON.parse(data) as Sample);
  });
  source.addEventListener('error', () => {
    hearer.lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(hearer), AGAIN_MS);
  });
}
