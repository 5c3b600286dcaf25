import { isPlanted } from './planted.js';
import type { StationParts } from './station-parts.js';

/** What a station has been told to do, and that it works accordingly. */
export class Controls {
  private pausedAt: number | undefined;
  isClosing = false;
  private isAbandoned = false;
  private hasClosed = false;
  /** The highest bound in the turn in which it was changed last: those let out before the change had that. */
  private highest = { at: -1, bound: 0 };

  constructor(private readonly parts: StationParts) {}

  get isPaused(): boolean {
    return this.pausedAt !== undefined;
  }

  setBound(bound: number): void {
    const { run, bound: live } = this.parts;
    const at = run.now;
    const before = this.highest.at === at ? this.highest.bound : live.value;
    this.highest = { at, bound: Math.max(before, bound) };
    live.set(bound);
  }

  pause(isPaused: boolean): void {
    const { run, service } = this.parts;
    if (this.isClosing) return;
    if (isPaused) {
      this.pausedAt ??= run.now;
      service.pause();
    } else {
      // Before others are let out, who are to find it so.
      this.pausedAt = undefined;
      service.resume();
    }
  }

  close(abandon: boolean): void {
    this.isAbandoned ||= abandon;
    this.isClosing = true;
    this.pausedAt = undefined;
    const closed = () => (this.hasClosed = true);
    // Releasing may fail, which whoever closes is told.
    void this.parts.service.close({ abandon }).then(closed, (error: unknown) => {
      if (isPlanted(error)) closed();
    });
  }

  /** Who has told it to close hears that it has. */
  checkClosed(): void {
    if (this.isClosing && !this.hasClosed) this.parts.problem('never tells that it has closed');
  }

  /** Work is asked for: it may be. */
  checkWork(): void {
    const { run, service, resources, problem } = this.parts;
    resources.checkWork();
    if (this.isAbandoned) problem('works after it was told to abandon all');
    const { status, inFlight } = service.toJSON();
    if (status === 'closed') problem('works though it has closed');
    const isInTurn = this.pausedAt === run.now && run.meddling.isGoingOn;
    if (this.isPaused && !isInTurn) problem('works though it is paused');
    if (inFlight > this.mostInFlight)
      problem(`lets out ${inFlight} calls, of ${this.mostInFlight}`);
  }

  private get mostInFlight(): number {
    const { run, bound: live } = this.parts;
    const { at, bound } = this.highest;
    return Math.max(live.value, at === run.now ? bound : 0);
  }
}
