import { type ChildProcess, fork } from 'node:child_process';
import { reportOf } from '../report.js';
import type { SimulateOptions } from './options.js';
import { Summary } from './summary.js';
import type { Answer, Order } from './worker.js';

/** On a screen; in a file, a line a minute. */
const SHOW_EVERY_MS = process.stdout.isTTY ? 500 : 60_000;

/** Plays many seeds in processes of their own, one seed each at a time. */
export class Many {
  private readonly summary = new Summary();
  private readonly progress = setInterval(() => this.show(), SHOW_EVERY_MS);
  private next: number;
  private working = 0;

  constructor(
    private readonly options: SimulateOptions,
    private readonly script: string,
  ) {
    this.next = options.from;
  }

  start(): void {
    for (let job = 0; job < Math.min(this.options.jobs, this.options.seeds); job++) this.hire();
  }

  private hire(): void {
    const worker = fork(this.script, ['worker']);
    let seed = this.send(worker);
    this.working += 1;
    worker.on('message', (answer: Answer) => {
      this.hear(answer);
      seed = this.send(worker);
    });
    worker.on('exit', () => {
      if (seed !== undefined) this.died(seed);
      if (--this.working === 0) this.end();
    });
  }

  /** The next seed; a worker for whom there is none goes home. */
  private send(worker: ChildProcess): number | undefined {
    const { seeds, from, only, failures } = this.options;
    if (this.next >= from + seeds || this.summary.failed >= failures) {
      worker.disconnect();
      return undefined;
    }
    const seed = this.next++;
    worker.send({ seed, only } satisfies Order);
    return seed;
  }

  private hear(answer: Answer): void {
    this.summary.add(answer);
    if (answer.problems.length === 0) return;
    this.clearLine();
    console.log(`${reportOf(answer, this.options.only)}\n`);
  }

  private died(seed: number): void {
    const problems = ['the process that played it has ended'];
    const nothing = { features: [], met: [], calls: 0, actions: 0 };
    this.hear({ seed, problems, ...nothing });
  }

  private end(): void {
    clearInterval(this.progress);
    this.clearLine();
    const { summary, options } = this;
    console.log(`met: ${summary.faults}\n${summary.line}`);
    if (summary.failed >= options.failures) console.log(`gave up after ${summary.failed} failures`);
    process.exitCode = summary.failed > 0 ? 1 : 0;
  }

  /** On one line, where there is a screen. */
  private show(): void {
    const { line } = this.summary;
    process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
  }

  private clearLine(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
  }
}
