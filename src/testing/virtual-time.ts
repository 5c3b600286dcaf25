import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { IndexedHeap, InvalidOptionError } from '../index.js';
import { EndlessRunError } from './endless-run-error.js';
import { type Agenda, type Timer, VirtualAction } from './virtual-action.js';

/** How a virtual time differs from one that is exact. */
export interface VirtualTimeOptions {
  /**
   * By how many ms a timer fires before its time, asked once for each that is set; 0 by default. Timers of
   * Node do so by up to 1 ms. Below 0 they fire late. What is no finite number counts as 0. However early,
   * half of the delay always passes, so that whoever sets his timer again for the rest comes to an end.
   */
  readonly earlyMs?: () => number;
}

/** A run of this length takes minutes. */
const MOST_FIRED = 10_000_000;

const PLACES = {
  get: ({ place }: Timer) => place,
  set: (timer: Timer, place: number) => (timer.place = place),
  delete: (timer: Timer) => (timer.place = -1),
};

/**
 * A scheduler whose time passes only when it is told to: hours in a moment, and the same in every run.
 *
 * Give it to everything that takes a `scheduler`: services, quotas, operators of RxJS. Nothing fires until
 * `advance`, `advanceTo` or `flush` lets time pass; then every timer that is due by then fires at its very
 * instant, those of one instant in the order in which they were set, those set meanwhile too. It begins at
 * 0, the cost of a timer grows with the logarithm of how many are set, and no delay is too long: Infinity
 * never fires; below 0 and NaN count as 0.
 *
 * ```text
 * new VirtualTime()      0
 * schedule(a, 30)        0              timers: 1
 * schedule(b, 10)        0              timers: 2
 * advance(20)            0 ── b ── 20   timers: 1
 * flush()               20 ── a         now: 30, timers: 0
 * ```
 *
 * An error that an action throws leaves `advance` at once: time stands at that instant, nothing else is
 * lost, and the next `advance` goes on from there. An action may let time pass itself; it never goes back.
 *
 * Clocks and timers fail in reality, and can be made to fail here: `step` lets the clock jump as one that is
 * set by hand or by NTP, and the option `earlyMs` lets timers fire before their time.
 *
 * @example
 * const time = new VirtualTime();
 * const echo = LLMService.of({
 *   modelName: 'echo-1',
 *   quotas: [requestsPerMinute(2)],
 *   scheduler: time,
 *   process: (prompt: string) => of(`echo ${prompt}`),
 * });
 * for (const prompt of ['a', 'b', 'c'])
 *   echo.call(prompt).subscribe((answer) => console.log(`${answer} at ${time.now()} ms`));
 * time.flush(); // echo a at 0 ms, echo b at 0 ms, echo c at 60250 ms
 */
export class VirtualTime implements SchedulerLike {
  private readonly earlyMs: () => number;
  private readonly timersSet = new IndexedHeap<Timer>(isBefore, PLACES);
  private readonly agenda: Agenda;
  private passedMs = 0;
  private steppedMs = 0;
  private set = 0;
  private firedCount = 0;

  constructor({ earlyMs = () => 0 }: VirtualTimeOptions = {}) {
    this.earlyMs = earlyMs;
    this.agenda = {
      set: (timer, delay) => this.setTimer(timer, delay),
      unset: (timer) => this.timersSet.remove(timer),
    };
  }

  /** How many timers are set: 0 where nothing can happen any more by itself. */
  get timers(): number {
    return this.timersSet.size;
  }

  /** How many have fired since the start. */
  get fired(): number {
    return this.firedCount;
  }

  /** How many ms have really passed since the start, whatever steps the clock has made. */
  get elapsedMs(): number {
    return this.passedMs;
  }

  /** When the next timer fires, in ms that have passed since the start; Infinity where none is set. */
  get nextAt(): number {
    return this.timersSet.top?.dueAt ?? Infinity;
  }

  /** What the clock shows, in ms: what has passed, and all the steps that it has made. */
  now(): number {
    return this.passedMs + this.steppedMs;
  }

  /**
   * Sets a timer, as every scheduler of RxJS does.
   *
   * @param work called with `state` when the time has come; `this.schedule(state, delay)` inside sets it again
   * @param delay in ms; 0 by default: the next time that time is told to pass
   * @returns what unsets it at once when it is unsubscribed
   */
  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    return new VirtualAction(this.agenda, work).schedule(state, delay);
  }

  /**
   * Lets the clock jump by so many ms, forward or, below 0, back. Timers keep to the time that really
   * passes: those that are set fire as if nothing had happened.
   *
   * @throws InvalidOptionError where `ms` is not a finite number
   */
  step(ms: number): void {
    this.steppedMs += finite('ms', ms);
  }

  /**
   * Lets so many ms pass, and everything happen that is due by then.
   *
   * @throws InvalidOptionError where `ms` is not a finite number of at least 0
   */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Infinity))
      throw new InvalidOptionError('ms', String(ms), 'a finite number of at least 0');
    this.advanceTo(this.passedMs + ms);
  }

  /**
   * Lets time pass until `at` ms have passed since the start, and everything happen that is due by then; of
   * an instant that has passed, it does nothing.
   *
   * @throws InvalidOptionError where `at` is not a finite number
   * @throws EndlessRunError where ten million timers fire in one instant, as then time stands still for ever
   */
  advanceTo(at: number): void {
    finite('at', at);
    let fired = 0;
    while (this.nextAt <= at) {
      if (this.nextAt > this.passedMs) fired = 0;
      this.checkEnd(fired++, MOST_FIRED);
      this.fireNext();
    }
    this.passedMs = Math.max(this.passedMs, at);
  }

  /**
   * Lets time pass until the next timer, and that one fire alone: so that what must always hold can be
   * checked after each.
   *
   * @returns whether any was set
   */
  advanceToNext(): boolean {
    const isAny = this.timers > 0;
    if (isAny) this.fireNext();
    return isAny;
  }

  /**
   * Lets time pass until no timer is set.
   *
   * @param mostFired how many timers may fire before it gives up; ten million by default
   * @throws EndlessRunError where more fire: something sets its timer again and again, such as `interval`
   */
  flush(mostFired = MOST_FIRED): void {
    if (!(mostFired >= 1))
      throw new InvalidOptionError('mostFired', String(mostFired), 'a number of at least 1');
    for (let fired = 0; this.timers > 0; fired++) {
      this.checkEnd(fired, mostFired);
      this.fireNext();
    }
  }

  private checkEnd(fired: number, mostFired: number): void {
    if (fired >= mostFired) throw new EndlessRunError(fired, this.timers, this.passedMs);
  }

  private fireNext(): void {
    const timer = this.timersSet.top;
    if (!timer) return;
    this.timersSet.remove(timer);
    this.firedCount += 1;
    this.passedMs = Math.max(this.passedMs, timer.dueAt);
    timer.run();
  }

  private setTimer(timer: Timer, delay: number): void {
    this.timersSet.remove(timer);
    if (delay === Infinity) return;
    const ms = delay > 0 ? delay : 0;
    timer.dueAt = this.passedMs + ms - Math.min(this.earlyBy(), ms / 2);
    timer.order = this.set++;
    this.timersSet.add(timer);
  }

  private earlyBy(): number {
    const ms = this.earlyMs();
    return Number.isFinite(ms) ? ms : 0;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueAt === other.dueAt ? one.order < other.order : one.dueAt < other.dueAt;
}

function finite(option: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new InvalidOptionError(option, String(value), 'a finite number');
}
