import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const LINES_TOGETHER = 500;

/** A file to which lines are only ever added: what one side has seen, for whoever compares at the end. */
export class Journal {
  private readonly file: number;
  private lines: string[] = [];

  constructor(path: string) {
    this.file = openSync(path, 'ax');
  }

  write(...fields: readonly (string | number)[]): void {
    this.lines.push(fields.join(' '));
    if (this.lines.length >= LINES_TOGETHER) this.flush();
  }

  flush(): void {
    if (this.lines.length > 0) writeSync(this.file, `${this.lines.join('\n')}\n`);
    this.lines = [];
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

/** The lines of a journal, each as its fields. */
export function readJournal(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split(' '));
}
