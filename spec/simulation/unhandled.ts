import { config } from 'rxjs';
import { isPlanted } from './planted.js';

/** What RxJS tells that nobody has caught: later, in real time, so that it is of no run. */
export class Unhandled {
  /** How many were of those that a run plants. */
  planted = 0;
  private others: unknown[] = [];
  private readonly before = config.onUnhandledError;

  constructor() {
    config.onUnhandledError = (error: unknown) => {
      if (isPlanted(error)) this.planted += 1;
      else this.others.push(error);
    };
  }

  /** Waits until all that was thrown by now has been told; answers those that nobody planted. */
  async take(): Promise<unknown[]> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const { others } = this;
    this.others = [];
    return others;
  }

  /** As it was before, once all that was thrown has been told. */
  async restore(): Promise<void> {
    await this.take();
    config.onUnhandledError = this.before;
  }
}
