import { TestScheduler } from 'rxjs/testing';

/** One notification of a marble diagram, at its frame: one frame is 1 ms. */
export type MarbleMessage = ReturnType<typeof TestScheduler.parseMarbles>[number];

/**
 * Reads a marble diagram as RxJS does inside `TestScheduler.run`, wherever it is called: one character is 1 ms,
 * spaces align, `58s ` lets time pass. Values are the characters themselves.
 *
 * @throws Error of RxJS for a diagram that cannot be read.
 */
export function parseMarbles(marbles: string): MarbleMessage[] {
  // RxJS keeps the length of a frame in this static, which outside of `run` is 10 ms for a character. What is deprecated
  // is its namesake of VirtualTimeScheduler.
  /* eslint-disable @typescript-eslint/no-deprecated */
  const before = TestScheduler.frameTimeFactor;
  TestScheduler.frameTimeFactor = 1;
  try {
    return TestScheduler.parseMarbles(marbles, undefined, undefined, false, true);
  } finally {
    TestScheduler.frameTimeFactor = before;
  }
  /* eslint-enable @typescript-eslint/no-deprecated */
}
