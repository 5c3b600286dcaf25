import { auditTime, defer, finalize, ignoreElements, type OperatorFunction, pipe, tap } from 'rxjs';
import type { WriteStream } from 'node:tty';
import { frameOf, lineOf } from './frame.js';
import type { Progress } from './progress.js';

const PLAIN_LINE_MS = 10_000;

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
/** To the beginning of the line, as a terminal may have shown ^C, and so many lines up. */
const up = (lines: number) => (lines > 0 ? `\r\x1b[${lines}A` : '\r');

/** Shows the progress: drawn anew in its place on a terminal, else a line now and then. */
export function show(out: WriteStream): OperatorFunction<Progress, never> {
  return out.isTTY ? redraw(out) : print(out);
}

function print(out: WriteStream): OperatorFunction<Progress, never> {
  return pipe(
    auditTime(PLAIN_LINE_MS),
    tap((progress) => out.write(`${lineOf(progress)}\n`)),
    ignoreElements(),
  );
}

/** Each frame is one write over the last one, so that nothing flickers; in the end nothing is left of it. */
function redraw(out: WriteStream): OperatorFunction<Progress, never> {
  return (progress$) =>
    defer(() => {
      let height = 0;
      out.write(HIDE_CURSOR);
      return progress$.pipe(
        tap((progress) => {
          const lines = frameOf(progress, out.columns).map((line) => line + CLEAR_TO_END_OF_LINE);
          out.write(`${up(height)}${lines.join('\n')}\n${CLEAR_BELOW}`);
          height = lines.length;
        }),
        finalize(() => out.write(`${up(height)}${CLEAR_BELOW}${SHOW_CURSOR}`)),
        ignoreElements(),
      );
    });
}
