import { Queueable } from '../../src/index.js';
import type { CallQueue } from '../../src/queue/call-queue.js';

type Facts = Partial<Pick<Queueable, 'priority' | 'tenant' | 'size'>>;

/** An item that is told apart by its number. */
export class Queued extends Queueable {
  constructor(
    readonly id: number,
    facts: Facts = {},
  ) {
    super();
    Object.assign(this, facts);
  }
}

/** What is to be seen of one that is in no queue. */
export const UNLINKED = { line: undefined, previous: undefined, next: undefined };

export const ids = (items: Iterable<Queued>) => [...items].map(({ id }) => id);

/** A queue, and how it is filled and emptied in few words. */
export class Filled {
  private lastId = 0;

  constructor(readonly queue: CallQueue<Queued>) {}

  /** Queues one for each letter, whose tenant that is. */
  push(tenants: string, facts: Facts = {}, now = 0): Queued[] {
    return tenants.split('').map((tenant) => {
      const item = new Queued(++this.lastId, { tenant, ...facts });
      this.queue.push(item, now);
      return item;
    });
  }

  /** Lets so many out, or all, and says whose they were, one letter each. */
  take(count = this.queue.size): string {
    let tenants = '';
    for (let number = 0; number < count; number++) {
      const { first } = this.queue;
      if (!first) break;
      tenants += first.tenant ?? '-';
      this.queue.take(first);
    }
    return tenants;
  }
}
