import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to end when it has no more to do, in ms. */
const ENDS_WITHIN_MS = 10_000;

/** One process of a soak: takes one argument, and sends messages that each have a kind. */
export class Child<Message extends { readonly kind: string }> {
  private readonly process: ChildProcess;
  private readonly inbox: Message[] = [];
  private readonly exited: Promise<string>;
  private hasExited = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly name: string,
    path: string,
    argument: unknown,
  ) {
    const execArgv = ['--expose-gc', '--import', 'tsx'];
    this.process = fork(path, [JSON.stringify(argument)], { execArgv });
    this.process.on('message', (message) => {
      this.inbox.push(message as Message);
      this.wake();
    });
    this.exited = once(this.process, 'exit').then(([code, signal]) => {
      this.hasExited = true;
      this.wake();
      return String(signal ?? code);
    });
  }

  send(message: string): void {
    this.process.send(message);
  }

  /** The next message; rejects when the process has ended without it. */
  async receive(): Promise<Message> {
    for (;;) {
      const message = this.inbox.shift();
      if (message) return message;
      if (this.hasExited) throw new Error(`the ${this.name} ended with ${await this.exited}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** What was wrong with its end: nothing where it ended by itself, without an error. */
  async end(): Promise<string[]> {
    const tooLate = setTimeout(() => this.process.kill('SIGKILL'), ENDS_WITHIN_MS);
    const how = await this.exited;
    clearTimeout(tooLate);
    return how === '0' ? [] : [`the ${this.name} did not end by itself (${how})`];
  }

  kill(): void {
    if (!this.hasExited) this.process.kill('SIGKILL');
  }
}
