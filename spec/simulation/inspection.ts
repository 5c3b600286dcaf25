import type { ServiceState } from '../../src/index.js';
import type { Chronicle } from './chronicle.js';
import type { Controls } from './controls.js';
import type { Crowd } from './crowd.js';
import { checkLines, sumOf } from './queue-limit.js';
import type { StationParts } from './station-parts.js';
import type { Story } from './story.js';
import type { WorksInFlight } from './works-in-flight.js';

/** What a station says of itself is compared with that. */
interface Witnesses {
  readonly crowd: Crowd;
  readonly controls: Controls;
  readonly chronicle: Chronicle;
  readonly works: WorksInFlight;
}

/** That what a station says of itself is true, and that nothing is left over. */
export class Inspection {
  constructor(
    private readonly parts: StationParts,
    private readonly witnesses: Witnesses,
  ) {}

  /** How many calls have not ended. */
  get unended(): number {
    return this.witnesses.chronicle.unended.size;
  }

  /** Whether nothing of it is under way. */
  get isIdle(): boolean {
    const { chronicle, works } = this.witnesses;
    return chronicle.unended.size === 0 && works.size === 0;
  }

  /** What it says is true, and nobody waits for longer than he may. */
  check(): void {
    const { service, books, problem } = this.parts;
    const { queued, queuedBy, quotas } = service.toJSON();
    if (sumOf(queuedBy) !== queued) problem(`has ${queued} queued, ${sumOf(queuedBy)} by line`);
    for (const [index, book] of books.entries()) book.compare(quotas[index]!);
    this.checkClosed(service.toJSON());
    this.witnesses.crowd.checkTimes();
  }

  /** Nothing is under way: permits and reservations have all come back. */
  checkReturned(): void {
    const { service, books, problem } = this.parts;
    const { inFlight, quotas } = service.toJSON();
    const reserved = quotas.some((quota) => quota.reserved > 0);
    if (inFlight > 0) problem(`keeps ${inFlight} permits`);
    if (reserved || books.some(({ open }) => open > 0)) problem('keeps what was reserved');
  }

  /** All that is due has happened: what was accepted and has not ended is somewhere, and waits for something. */
  checkAtRest(): void {
    const state = this.parts.service.toJSON();
    checkLines(this.parts, this.witnesses.chronicle.unended, state.queuedBy);
    this.checkPlaces(state);
    this.checkReason(state);
    this.checkPause(state);
  }

  /** Calls that wait, and could be let out as far as this service goes; those behind a wait for a retry may too. */
  get ready(): readonly Story[] {
    const { run } = this.parts;
    if (!this.hasPermit) return [];
    const waiting = [...this.witnesses.chronicle.unended.values()].filter(
      ({ state }) => state !== 'started',
    );
    return waiting.some((story) => story.isQueuedFor(run.now)) ? waiting : [];
  }

  /** Whether it asks for quota, for a call of which events do not tell whether it is queued again. */
  get isInDoubt(): boolean {
    return this.hasPermit && this.parts.service.toJSON().queued > 0 && this.ready.length === 0;
  }

  private get hasPermit(): boolean {
    const { service, bound, resources } = this.parts;
    const isHeld = this.witnesses.controls.isPaused || !resources.areHeld;
    return !isHeld && service.toJSON().inFlight < bound.value;
  }

  /** When nothing goes wrong any more, and nobody calls. */
  checkEnd(): void {
    const { service, problem } = this.parts;
    const { crowd, chronicle, works } = this.witnesses;
    const { queued, inFlight, retrying, status } = service.toJSON();
    if (queued + inFlight + retrying > 0) problem(`keeps ${queued}+${inFlight}+${retrying} calls`);
    if (status === 'closing') problem('does not close');
    if (works.size > 0) problem(`has left ${works.size} works alone`);
    crowd.checkNobodyWaits();
    for (const { id, state } of chronicle.unended.values()) problem(`${id} is ${state} at the end`);
    this.checkReturned();
    chronicle.budget.check();
  }

  /** When the windows have passed. */
  checkUnused(): void {
    const { service, problem } = this.parts;
    for (const { unit, used } of service.toJSON().quotas)
      if (used !== 0) problem(`has still used ${used} ${unit}`);
    this.witnesses.crowd.checkSignals();
  }

  /** Nothing goes on in one that has closed. */
  private checkClosed({ status, queued, inFlight, retrying }: ServiceState): void {
    const { works } = this.witnesses;
    if (status === 'closed' && queued + inFlight + retrying + works.size > 0)
      this.parts.problem('goes on though it has closed');
  }

  private checkPlaces({ queued, inFlight, retrying }: ServiceState): void {
    const { chronicle, works } = this.witnesses;
    const [open, left] = [chronicle.unended.size, works.left];
    if (queued + inFlight + retrying !== open + left)
      this.parts.problem(`has ${open}+${left} calls, of which ${queued}+${inFlight}+${retrying} are somewhere`); // prettier-ignore
  }

  private checkReason({ queued, blockedBy }: ServiceState): void {
    const { sharesTracker, problem } = this.parts;
    if (queued > 0 && !blockedBy && !sharesTracker)
      problem(`lets ${queued} calls wait for nothing`);
    if (queued > 0 && this.witnesses.controls.isPaused && blockedBy?.reason !== 'paused')
      problem(`is paused, and says that calls wait for ${String(blockedBy?.reason)}`);
  }

  private checkPause({ status }: ServiceState): void {
    const { isPaused } = this.witnesses.controls;
    if (isPaused !== (status === 'paused') && status !== 'idle')
      this.parts.problem(`is ${status}, though ${isPaused ? '' : 'not '}paused`);
  }
}
