import { Subject } from 'rxjs';
import { Gate, type GateOptions } from './gate.js';
import type { Sent } from './quota-meter-parts.js';
import { Turns } from './turns.js';

/** What all that draw on one window have in common. */
export class Shared {
  readonly turns = new Turns();
  readonly sent: Sent = { amount: 0 };
  readonly gate: Gate;

  constructor(
    options?: Partial<GateOptions>,
    /** Emits after each change of what is charged, of the gate, or of who waits. */
    readonly changes = new Subject<void>(),
  ) {
    this.gate = new Gate(options);
  }
}
