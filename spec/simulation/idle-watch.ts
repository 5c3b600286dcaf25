import type { StationParts } from './station-parts.js';

/** Those who wait until a station is idle: they are told so when it is, and not before. */
export class IdleWatch {
  private readonly waiting: { isTold: boolean }[] = [];

  constructor(private readonly parts: StationParts) {}

  async check(): Promise<void> {
    const { service, problem } = this.parts;
    const { queued, inFlight, retrying } = service.toJSON();
    const isIdle = queued + inFlight + retrying === 0;
    const waiting = { isTold: false };
    this.waiting.push(waiting);
    void service.onIdle().then(() => (waiting.isTold = true));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    for (const { isTold } of this.waiting)
      if (isTold !== isIdle) problem(`is idle: ${isIdle}, and says that it is: ${isTold}`);
  }
}
