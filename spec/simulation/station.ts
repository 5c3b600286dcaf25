import { type Observable, Subscription } from 'rxjs';
import { type CallOptions, QueueFullError } from '../../src/index.js';
import type { Caller } from './caller.js';
import { Chronicle } from './chronicle.js';
import { Controls } from './controls.js';
import { Crowd } from './crowd.js';
import { Forecasts } from './forecasts.js';
import { IdleWatch } from './idle-watch.js';
import { Inspection } from './inspection.js';
import { MOST_TOKENS } from './liveness.js';
import { checkRefusal } from './queue-limit.js';
import { Refunds } from './refunds.js';
import type { StationParts } from './station-parts.js';
import { wishesOf } from './wishes.js';
import { WorksInFlight } from './works-in-flight.js';

/** One service of a simulation with its callers, and all that must hold for it. */
export class Station {
  readonly crowd: Crowd;
  readonly controls: Controls;
  readonly works: WorksInFlight;
  readonly forecasts: Forecasts;
  readonly inspection: Inspection;
  readonly idleWatch: IdleWatch;
  readonly refunds: Refunds;
  readonly chronicle: Chronicle;
  private readonly watching = new Subscription();

  constructor(readonly parts: StationParts) {
    this.crowd = new Crowd(parts);
    this.controls = new Controls(parts);
    this.chronicle = new Chronicle(parts, this.crowd);
    this.refunds = new Refunds(parts, (id) => this.crowd.callerNumbered(id).story?.id);
    this.works = new WorksInFlight(parts, this.chronicle, this.refunds);
    this.forecasts = new Forecasts(parts, this.chronicle);
    const { crowd, controls, chronicle, works } = this;
    this.inspection = new Inspection(parts, { crowd, controls, chronicle, works });
    this.idleWatch = new IdleWatch(parts);
    this.listen();
  }

  get name(): string {
    return this.parts.service.name;
  }

  /** All that happened, for another run to compare with. */
  get log(): readonly string[] {
    return this.chronicle.log;
  }

  /** Lets somebody watch who acts on what is seen. */
  open(): void {
    const { run, service } = this.parts;
    if (run.has('throwing listeners')) this.watching.add(this.throwAt(service.events$));
    if (!run.has('watchers')) return;
    this.watching.add(service.state$.subscribe(() => run.meddling.heard()));
    this.watching.add(service.usage$.subscribe());
    if (run.has('throwing listeners')) this.watching.add(this.throwAt(service.state$));
  }

  call(): void {
    const { run } = this.parts;
    const wishes = wishesOf(run);
    const tokens = run.int(1, MOST_TOKENS);
    const caller = this.crowd.add(wishes);
    const { isClosing } = this.controls;
    const forecast = this.forecasts.make(tokens, wishes);
    this.crowd.call(caller, tokens, { ...wishes, ...this.signalOf(caller) });
    if (forecast) this.forecasts.check(forecast, caller);
    if (isClosing && !this.parts.run.meddling.isGoingOn) this.crowd.checkRefused(caller);
  }

  recover(how: 'drain' | 'close' | 'abandon'): void {
    const { controls, crowd, parts } = this;
    this.watching.unsubscribe();
    controls.setBound(parts.bound.range.healthy);
    // Closing ends a pause by itself.
    if (how === 'drain') controls.pause(false);
    crowd.leaveSome();
    if (how !== 'drain') controls.close(how === 'abandon');
  }

  /** Somebody listens whose code throws. */
  private throwAt(told$: Observable<unknown>): Subscription {
    const { run } = this.parts;
    return told$.subscribe(() => {
      if (run.strikes('throwing listeners', 0.1)) run.throws('listener');
    });
  }

  private listen(): void {
    const { parts, chronicle } = this;
    const { events$ } = parts.service;
    events$.subscribe((event) => {
      if (event.type === 'failed' && event.error instanceof QueueFullError)
        checkRefusal(parts, chronicle.unended, event.callId, event.error);
    });
    // Who acts on events comes first, so that it is seen whether others hear of them in order.
    events$.subscribe(({ type }) => {
      if (type !== 'queued') parts.run.meddling.heard();
    });
    events$.subscribe((event) => chronicle.hear(event));
  }

  private signalOf({ signal }: Caller): CallOptions {
    const { run } = this.parts;
    // Who waits for a promise of work that hangs has no other way to leave.
    const needsSignal = run.features.has('hangs') || run.chance(0.5);
    return needsSignal ? { signal: signal.signal } : {};
  }
}
