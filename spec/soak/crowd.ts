import { seededRandom } from 'rxllm';
import type { OpenAIService } from 'rxllm/openai';
import { Caller } from './caller.js';
import { drawDeed } from './deed.js';
import type { Journal } from './journal.js';
import { meets, type SoakOptions } from './soak-options.js';

/** What a crowd of callers is given. */
export interface CrowdParts {
  readonly service: OpenAIService;
  readonly journal: Journal;
  readonly options: SoakOptions;
}

/** So many callers for each permit: the third of them waits in the queue. */
const CALLERS_PER_PERMIT = 1.5;
/** A service that has been idle for so long tells nothing more, in ms. */
const SILENT_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 100;

/** Callers who come as soon as others have gone, so that there are always as many. */
export class Crowd {
  private readonly random: () => number;
  private readonly present = new Set<Caller>();
  /** Where a leak is planted: what nobody lets go. */
  private readonly kept: string[] = [];
  private next = 1;
  private last = 0;
  private isInviting = false;
  private onEmpty: (() => void) | undefined;

  constructor(private readonly parts: CrowdParts) {
    this.random = seededRandom(parts.options.seed);
  }

  /** Lets callers come up to the one with this number; resolves when all of them have gone. */
  async until(last: number): Promise<void> {
    this.last = last;
    const empty = new Promise<void>((resolve) => {
      this.onEmpty = resolve;
    });
    const watch = this.watchForTheLost();
    this.invite();
    await empty;
    clearInterval(watch);
  }

  private invite(): void {
    if (this.isInviting) return;
    this.isInviting = true;
    const most = Math.ceil(CALLERS_PER_PERMIT * this.parts.options.inFlight);
    while (this.next <= this.last && this.present.size < most) this.admit(this.next++);
    this.isInviting = false;
    if (this.present.size === 0) this.onEmpty?.();
  }

  private admit(id: number): void {
    const { service, journal, options } = this.parts;
    const caller = new Caller(id, {
      ...{
        service,
        journal,
        deed: drawDeed(this.random, options.lostAfterMs),
        planted: this.plantedIn(id),
      },
      onEnd: (one) => {
        this.present.delete(one);
        this.invite();
      },
      ...(options.planted.includes('leak') && { onResponse: (text) => this.kept.push(text) }),
    });
    this.present.add(caller);
    caller.ask();
  }

  private plantedIn(id: number): 'lose' | 'repeat' | undefined {
    const { planted } = this.parts.options;
    return (['lose', 'repeat'] as const).find((plant) => meets(planted, plant, id));
  }

  /** Who is still here when the service has long been idle will never be told; the others must not wait for it. */
  private watchForTheLost(): NodeJS.Timeout {
    let idleMs = 0;
    return setInterval(() => {
      idleMs = this.parts.service.isIdle ? idleMs + LOOK_EVERY_MS : 0;
      if (idleMs < SILENT_AFTER_MS) return;
      for (const caller of this.present) caller.giveUp();
      this.present.clear();
      this.invite();
    }, LOOK_EVERY_MS);
  }
}
