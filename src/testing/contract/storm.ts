import { seededRandom } from '../../index.js';
import { chargesText, type Charge } from './charge.js';
import type { Trial } from './trial.js';

const LIMIT = 100;
const MOST = 40;
const STEPS = 120;
/** Where answers take their time, each step does. */
const SLOW_STEPS = 40;

/** Many who ask, leave, settle and give back at random; every charge is counted once more, in a list. */
export class Storm {
  private readonly draw: () => number;
  private readonly charges: Charge[] = [];
  private readonly costs = new Map<string, number>();
  private waiting: string[] = [];

  constructor(
    private readonly trial: Trial,
    seed: number,
  ) {
    this.draw = seededRandom(seed);
  }

  /** All of it; after each step no window holds more than its limit. */
  async rage(): Promise<void> {
    const steps = this.trial.clock.slackMs > 0 ? SLOW_STEPS : STEPS;
    for (let step = 0; step < steps; step++) {
      await this.step();
      this.note();
    }
  }

  /** Nobody asks any more, and all that is reserved is settled: then everybody who waits is served. */
  async calmDown(): Promise<void> {
    const { trial } = this;
    const rounds = this.waiting.length + 2;
    for (let round = 0; round < rounds && !this.isCalm; round++) {
      for (const charge of this.charges) if (charge.isOpen) await this.end(charge, charge.amount);
      await trial.waitForAWindow();
      this.note();
    }
    trial.expect('who still waits', this.waiting, []);
    await trial.waitForAWindow();
    trial.expectUsed(0);
  }

  private get isCalm(): boolean {
    return this.waiting.length === 0 && this.charges.every(({ isOpen }) => !isOpen);
  }

  private async step(): Promise<void> {
    const luck = this.draw();
    const open = this.charges.filter(({ isOpen }) => isOpen);
    const one = open[this.int(0, open.length - 1)];
    if (luck < 0.4) await this.ask();
    else if (luck < 0.5) await this.leave();
    else if (luck < 0.75 && one) await this.end(one, this.int(0, one.amount));
    else if (luck < 0.8 && one) await this.end(one, undefined);
    else await this.trial.wait(this.int(0, this.trial.windowMs / 4));
  }

  private async ask(): Promise<void> {
    const name = `${this.costs.size + 1}`;
    const cost = this.int(1, MOST);
    this.costs.set(name, cost);
    this.waiting.push(name);
    await this.trial.ask(name, { tokens: cost });
  }

  private async leave(): Promise<void> {
    const name = this.waiting[this.int(0, this.waiting.length - 1)];
    if (name === undefined) return;
    this.waiting = this.waiting.filter((other) => other !== name);
    await this.trial.leave(name);
  }

  private async end(charge: Charge, amount: number | undefined): Promise<void> {
    charge.isOpen = false;
    charge.amount = amount ?? 0;
    if (amount === undefined) await this.trial.giveBack(charge.name);
    else await this.trial.settle(charge.name, { tokens: amount });
  }

  /** Writes down who was granted, in order of asking, and that it fitted, then and until now. */
  private note(): void {
    const { trial } = this;
    for (const name of trial.granted.slice(this.charges.length)) {
      trial.expect('who is granted next', name, this.waiting[0]);
      this.waiting.shift();
      const at = trial.grantedAt(name);
      this.charges.push({ name, at, amount: this.costs.get(name) ?? 0, isOpen: true });
      this.expectWithin(at);
    }
    this.expectWithin(trial.clock.now);
  }

  private expectWithin(now: number): void {
    const { windowMs, clock } = this.trial;
    const leftAt = now - windowMs + clock.lateMs;
    const inWindow = this.charges.filter(({ at }) => at > leftAt && at <= now);
    const used = inWindow.reduce((sum, { amount }) => sum + amount, 0);
    if (used <= LIMIT) return;
    const what = `at most ${LIMIT} in the window at ${now}, but ${used}: ${chargesText(inWindow)}`;
    throw this.trial.violation(what, used, `at most ${LIMIT}`);
  }

  private int(least: number, most: number): number {
    return least + Math.floor(this.draw() * (Math.max(least, most) - least + 1));
  }
}
