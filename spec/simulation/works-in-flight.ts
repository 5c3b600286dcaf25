import { Observable, tap } from 'rxjs';
import type { Chronicle } from './chronicle.js';
import { PlantedError } from './planted.js';
import type { Refunds } from './refunds.js';
import type { StationParts } from './station-parts.js';

/** Calls whose work has begun and not been torn down, as the work itself sees it. */
export class WorksInFlight {
  private readonly busy = new Set<number>();

  constructor(
    private readonly parts: StationParts,
    private readonly chronicle: Chronicle,
    private readonly refunds: Refunds,
  ) {}

  get size(): number {
    return this.busy.size;
  }

  /** Those that go on though the call has ended. */
  get left(): number {
    return [...this.busy].filter((id) => !this.chronicle.unended.has(id)).length;
  }

  /** Work begins: gives the function to call when it has been torn down. */
  begin(callId: number): () => void {
    const { run, problem } = this.parts;
    if (this.busy.has(callId)) problem(`works twice at once for ${callId}`);
    this.busy.add(callId);
    const story = this.chronicle.storyOf(callId);
    if (story) story.isBusy = true;
    this.checkInFlight();
    return () => {
      this.busy.delete(callId);
      if (!story) return;
      story.isBusy = false;
      story.freedAt = run.now;
    };
  }

  run<T>(callId: number, work$: Observable<T>): Observable<T> {
    const told$ = work$.pipe(
      tap({
        next: () => this.refunds.answered(callId),
        error: (error: unknown) => this.refunds.failed(callId, error),
      }),
    );
    const working$ = new Observable<T>((subscriber) => {
      const done = this.begin(callId);
      subscriber.add(() => {
        done();
        if (this.parts.run.strikes('throwing teardowns', 0.3)) throw new PlantedError('teardown');
      });
      return told$.subscribe(subscriber);
    });
    const { run } = this.parts;
    return run.plant.work ? (run.plant.work(working$, run) as Observable<T>) : working$;
  }

  private checkInFlight(): void {
    const { service, problem } = this.parts;
    const { inFlight } = service.toJSON();
    if (this.size > inFlight)
      problem(`works for ${this.size} calls, of which ${inFlight} are in flight`);
  }
}
