import { map, type Observable, of, timer } from 'rxjs';
import { PlantedError } from './planted.js';
import type { Simulation } from './simulation.js';

const LONGEST_MS = 200;

/** What one service holds while it runs: acquired before any work, released once after all of it. */
export class HeldResources {
  areHeld = false;
  private isAcquiring = false;

  constructor(
    private readonly run: Simulation,
    private readonly problem: (what: string) => void,
  ) {}

  acquire(): Observable<void> {
    if (this.areHeld || this.isAcquiring) this.problem('acquires what it has');
    this.isAcquiring = true;
    const fails = this.run.strikes('resources', 0.2);
    return this.afterAWhile(() => {
      this.isAcquiring = false;
      if (fails) throw new PlantedError('acquire');
      this.areHeld = true;
    });
  }

  release(works: number): Observable<void> {
    if (!this.areHeld) this.problem('releases what it does not hold');
    if (works > 0) this.problem(`releases what ${works} works need`);
    this.areHeld = false;
    const fails = this.run.strikes('resources', 0.2);
    return this.afterAWhile(() => {
      if (fails) throw new PlantedError('release');
    });
  }

  checkWork(): void {
    if (!this.areHeld) this.problem('works without its resources');
  }

  checkReleased(): void {
    if (this.areHeld) this.problem('keeps its resources');
  }

  private afterAWhile(done: () => void): Observable<void> {
    const { run } = this;
    const isSlow = run.has('resources') && run.chance(0.6);
    return (isSlow ? timer(run.ms(1, LONGEST_MS), run.time) : of(0)).pipe(
      map(() => {
        run.lastMovedAt = run.now;
        done();
      }),
    );
  }
}
