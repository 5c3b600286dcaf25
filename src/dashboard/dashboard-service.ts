import type { Observable } from 'rxjs';
import type { ServiceEvent, ServiceState } from '../index.js';

/** What a dashboard needs of a service; each `LLMService` has it. */
export interface DashboardService {
  readonly name: string;
  /** Default: its name. */
  readonly modelName?: string;
  readonly events$: Observable<ServiceEvent>;
  pause(): void;
  resume(): void;
  /** What it is doing now. */
  toJSON(): ServiceState;
}
