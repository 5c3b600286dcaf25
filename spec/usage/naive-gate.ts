/** How long a probe is waited for, in ms. */
const PROBE_MS = 10_000;

type Event =
  | { readonly at: number; readonly is: 'closed'; readonly until: number; readonly last: number }
  | { readonly at: number; readonly is: 'probing'; readonly ticket: number }
  | { readonly at: number; readonly is: 'let in' | 'gone'; readonly ticket: number };

/** A gate as the list of all that has happened, read anew for each question: what `Gate` must agree with. */
export class NaiveGate {
  private readonly events: Event[] = [];

  refused(ticket: number, lastTicket: number, waitMs: number, now: number): boolean {
    const closings = this.events.filter((event) => event.is === 'closed');
    if (closings.some(({ last }) => ticket <= last)) return false;
    this.events.push({ at: now, is: 'closed', until: now + waitMs, last: lastTicket });
    return true;
  }

  pass(ticket: number, now: number): void {
    if (this.status(now) !== 'open') this.events.push({ at: now, is: 'probing', ticket });
  }

  ended(is: 'let in' | 'gone', ticket: number, now: number): void {
    this.events.push({ at: now, is, ticket });
  }

  status(now: number): 'open' | 'closed' | 'proving' {
    const index = this.lastClosing;
    const closed = this.events[index];
    if (closed?.is !== 'closed') return 'open';
    if (this.wasProved(index, now)) return 'open';
    return now < closed.until ? 'closed' : 'proving';
  }

  /** How long nobody may pass: until it reopens, or for as long as a probe is out. */
  waitMs(now: number): number {
    let wait = 0;
    while (!this.mayPass(now + wait)) wait += 1;
    return wait;
  }

  private get lastClosing(): number {
    return this.events.map(({ is }) => is).lastIndexOf('closed');
  }

  private mayPass(now: number): boolean {
    const index = this.lastClosing;
    const status = this.status(now);
    if (status !== 'proving') return status === 'open';
    return this.probesSince(index).every(({ ticket }) => this.endOf(ticket, index) !== undefined);
  }

  /** By a probe that was let in, or was out for so long that it must have been. */
  private wasProved(closing: number, now: number): boolean {
    return this.probesSince(closing).some(({ ticket, at }) => {
      const end = this.endOf(ticket, closing);
      const isInAt = end?.is === 'let in' ? end.at : at + PROBE_MS;
      return now >= isInAt && (end === undefined || end.at >= isInAt);
    });
  }

  private probesSince(closing: number) {
    return this.events.slice(closing + 1).filter((event) => event.is === 'probing');
  }

  private endOf(ticket: number, closing: number) {
    return this.events
      .slice(closing + 1)
      .find((event) => (event.is === 'let in' || event.is === 'gone') && event.ticket === ticket);
  }
}
