import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { NEVER } from 'rxjs';
import { Feed } from '../../src/dashboard/feed/feed.js';
import { RefusedRequest } from '../../src/dashboard/http/refused-request.js';
import { SampleStreams } from '../../src/dashboard/http/sample-streams.js';
import { LLMService } from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';

const EVERY_MS = 250;

let time: VirtualTime;
let feed: Feed;
let streams: SampleStreams;

beforeEach(() => {
  time = new VirtualTime();
  const service = LLMService.of({ modelName: 'm', scheduler: time, process: () => NEVER });
  feed = new Feed([service], {
    ...{ title: 't', everyMs: EVERY_MS, historyMs: 60_000, scheduler: time, canPause: false },
    canSetLimit: () => false,
    detailOf: () => undefined,
  });
  streams = new SampleStreams(feed);
});

afterEach(() => feed.stop());

/** What a page holds of the server: how many bytes wait for it, and whether it reads them. */
class Page extends EventEmitter {
  readonly written: Buffer[] = [];
  writableNeedDrain = false;
  isGone = false;

  constructor(private readonly isReading: boolean) {
    super();
    streams.add(this as unknown as ServerResponse);
  }

  writeHead(): this {
    return this;
  }

  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    this.writableNeedDrain = !this.isReading;
    return this.isReading;
  }

  destroy(): void {
    this.isGone = true;
    this.emit('close');
  }
}

describe('pages that are open', () => {
  it('share the bytes of what they are told', () => {
    const [one, other] = [new Page(true), new Page(true)];
    time.advance(1_000);

    expect(one.written).toHaveLength(5);
    one.written.forEach((bytes, index) => expect(other.written[index]).toBe(bytes));
  });

  it('keep nothing waiting but what they were told before, where they do not read', () => {
    const page = new Page(false);
    time.advance(30_000);

    expect(page.written).toHaveLength(1);
    expect(page.isGone).toBe(false);
  });

  it('get samples again when they have caught up', () => {
    const page = new Page(false);
    for (let round = 0; round < 3; round++) {
      time.advance(290_000);
      page.writableNeedDrain = false;
      time.advance(EVERY_MS);
    }

    expect(page.written).toHaveLength(4);
    expect(page.isGone).toBe(false);
  });

  it('lose their connection when they have been behind for five minutes, and no timer is left of them', () => {
    const page = new Page(false);
    time.advance(300_000);

    expect(page.isGone).toBe(true);
    feed.stop();
    expect(time.timers).toBe(0);
  });

  it('are a thousand at most, and one more when one has gone', () => {
    const pages = Array.from({ length: 1_000 }, () => new Page(true));

    expect(() => new Page(true)).toThrow(RefusedRequest);
    pages[0]!.destroy();
    expect(() => new Page(true)).not.toThrow();
  });
});
