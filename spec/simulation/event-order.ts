import type { CallEvent } from '../../src/index.js';

/** What may follow what in the life of one call. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  queued: ['nothing'],
  started: ['queued', 'retrying'],
  value: ['started', 'value'],
  retrying: ['started'],
  usage: ['started', 'value', 'retrying'],
  result: ['usage', 'started', 'value'],
  failed: ['queued', 'started', 'value', 'retrying', 'usage'],
};

/** The order in which a call tells its caller of itself. */
export class EventOrder {
  private latest = 'nothing';

  constructor(private readonly problem: (what: string) => void) {}

  step(type: CallEvent<unknown>['type']): void {
    if (!FOLLOWS[type]!.includes(this.latest))
      this.problem(`hears of ${this.latest}, then ${type}`);
    this.latest = type;
  }

  end(how: 'completed' | 'failed'): void {
    const last = how === 'completed' ? 'result' : 'failed';
    if (this.latest !== 'nothing' && this.latest !== last)
      this.problem(`hears of ${this.latest}, then has ${how}`);
  }
}
