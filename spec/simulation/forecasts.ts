import { type CallOptions, DeadlineExceededError, seededRandom } from '../../src/index.js';
import type { Caller } from './caller.js';
import type { Chronicle } from './chronicle.js';
import { isOf } from './log-line.js';
import type { StationParts } from './station-parts.js';

/** What was expected of a call before it was made. */
interface Forecast {
  readonly waitMs: number;
  /** How much had happened by then. */
  readonly lines: number;
}

/** Somebody asks how long he would have to wait: that changes nothing, and it is what comes of it. */
export class Forecasts {
  /** Beside that of the run: whoever asks must change nothing. */
  private readonly draw = seededRandom(1);

  constructor(
    private readonly parts: StationParts,
    private readonly chronicle: Chronicle,
  ) {}

  /** Asks of a call that nobody makes. */
  ask(): void {
    if (!this.areAsked) return;
    const number = (least: number, most: number) =>
      least + Math.floor(this.draw() * (most - least));
    const tenant = [undefined, 'a', 'z'][number(0, 3)];
    this.askFor(number(0, 500), { priority: number(-2, 2), tenant });
  }

  /** Of a call that is about to be made; undefined where nobody asks, or something else goes on. */
  make(tokens: number, options: CallOptions): Forecast | undefined {
    const { run } = this.parts;
    const isFree = !run.meddling.isGoingOn && run.slack.isExact;
    const waitMs = this.areAsked ? this.askFor(tokens, options) : undefined;
    if (!isFree || waitMs === undefined) return undefined;
    return { waitMs, lines: this.chronicle.log.length };
  }

  /** The call has been made in this very turn: nothing has come of it but what was expected. */
  check({ waitMs, lines }: Forecast, caller: Caller): void {
    const { story } = caller;
    const isAlone = this.chronicle.log.slice(lines).every((line) => isOf(story?.id, line));
    if (this.parts.run.meddling.isGoingOn || !isAlone) return;
    this.checkStart(caller, waitMs);
    this.checkRefusal(caller, waitMs);
  }

  private get areAsked(): boolean {
    const { run } = this.parts;
    return run.isAsked && run.has('forecasts');
  }

  private askFor(tokens: number, options: CallOptions): number | undefined {
    const { run, problem } = this.parts;
    const before = this.snapshot();
    const waitMs = this.expectedWait(tokens, options);
    // A weight that is none is told as a fault, of which somebody may hear.
    if (!run.meddling.isGoingOn && this.snapshot() !== before) problem('is changed by being asked');
    return waitMs;
  }

  private expectedWait(tokens: number, options: CallOptions): number | undefined {
    const { service, problem } = this.parts;
    try {
      const waitMs = service.expectedWait(tokens, options);
      if (!(waitMs >= 0)) problem(`expects to wait ${waitMs} ms`);
      return waitMs;
    } catch {
      // A weight that is none.
      return undefined;
    }
  }

  private snapshot(): string {
    const { run, service } = this.parts;
    return JSON.stringify([service.toJSON(), run.scheduler.timers]);
  }

  private checkStart({ story }: Caller, waitMs: number): void {
    const { run, whenQueueFull, problem } = this.parts;
    // Of what other tenants get meanwhile only a part is known, and nothing of who is dropped.
    const isUnforeseen = run.features.has('tenants') || whenQueueFull === 'drop-oldest';
    if (story?.startedAt === run.now && waitMs > 0 && !isUnforeseen)
      problem(`lets out at once what was to wait for ${waitMs} ms`);
  }

  private checkRefusal({ parts, outcome, startBy }: Caller, waitMs: number): void {
    const { run, problem } = this.parts;
    if (parts.manner === 'promise' || !(outcome?.error instanceof DeadlineExceededError)) return;
    if (startBy >= run.now + waitMs)
      problem(`refuses what was to wait for ${waitMs} ms, until ${startBy}`);
  }
}
