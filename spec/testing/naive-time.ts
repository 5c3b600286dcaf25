/** What may be done with a virtual time, one thing at a time. */
export type TimeStep =
  | { readonly set: number; readonly again: number }
  | { readonly unset: number }
  | { readonly pass: number }
  | { readonly next: true };

interface Entry {
  readonly name: number;
  readonly at: number;
  /** How often it is set again, each time for as many ms as are left. */
  readonly left: number;
}

/** A virtual time that searches one list from end to end. */
export class NaiveTime {
  now = 0;
  /** In the order in which they were set. */
  list: Entry[] = [];
  readonly fired: string[] = [];

  take(step: TimeStep, name: number): void {
    if ('pass' in step) this.pass(this.now + step.pass);
    else if ('unset' in step) this.list = this.list.filter((one) => one.name !== step.unset);
    else if ('set' in step) this.list.push({ name, at: this.now + step.set, left: step.again });
    else if (this.list.length > 0) this.fire();
  }

  private get nextAt(): number {
    return Math.min(...this.list.map(({ at }) => at));
  }

  private pass(until: number): void {
    while (this.nextAt <= until) this.fire();
    this.now = until;
  }

  private fire(): void {
    const { name, at, left } = this.list.find((one) => one.at === this.nextAt)!;
    this.list = this.list.filter((one) => one.name !== name);
    this.now = at;
    this.fired.push(`${name} at ${at}`);
    if (left > 0) this.list.push({ name, at: at + left, left: left - 1 });
  }
}
