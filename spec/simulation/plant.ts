import type { Observable } from 'rxjs';
import type { LLMService, RateTracker, Reservation } from '../../src/index.js';
import type { Simulation } from './simulation.js';

/** What makes a run go wrong, to see whether it is seen. */
export interface Plant {
  /** Before anything is written down of what it grants. */
  readonly tracker?: (tracker: RateTracker, run: Simulation) => void;
  /** A reservation as the service gets it. */
  readonly granted?: (reservation: Reservation, run: Simulation) => void;
  readonly service?: (service: LLMService<number, string>, run: Simulation) => void;
  /** The work of one try, after what it says of itself. */
  readonly work?: (work$: Observable<unknown>, run: Simulation) => Observable<unknown>;
}
