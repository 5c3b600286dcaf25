import { InvalidOptionError, kindOf } from '../index.js';
import type { FakeAnswer, FakeAnswerSequence } from './fake-answers.js';
import { type MarbleMessage, parseMarbles } from './marbles/parse-marbles.js';

/** What the characters and the `#` of a diagram stand for. */
export interface AnswerMeaning<Response> {
  readonly values?: Readonly<Record<string, Response>> | undefined;
  readonly error?: unknown;
}

/**
 * Reads the diagram of one answer.
 *
 * @throws InvalidOptionError naming the option, for one that is no diagram.
 */
export function readAnswer<Response>(
  answer: FakeAnswer<Response>,
  meaning: AnswerMeaning<Response>,
  option: string,
): readonly MarbleMessage[] {
  const own: unknown = isRecord(answer) ? answer : { marbles: answer };
  const { marbles, values, error } = { ...meaning, ...(own as { readonly marbles?: unknown } & AnswerMeaning<Response>) }; // prettier-ignore
  if (typeof marbles !== 'string') throw notMarbles(option, kindOf(marbles));
  try {
    return parseMarbles(marbles, values, error);
  } catch {
    throw notMarbles(option, `'${marbles}'`);
  }
}

/**
 * The answers of a sequence, at least one.
 *
 * @throws InvalidOptionError naming the option, for one that is empty.
 */
export function answersIn<Response>(
  sequence: FakeAnswerSequence<Response>,
  option: string,
): readonly FakeAnswer<Response>[] {
  const answers = Array.isArray(sequence)
    ? (sequence as readonly FakeAnswer<Response>[])
    : [sequence as FakeAnswer<Response>];
  if (answers.length === 0) throw notMarbles(option, 'an empty list');
  return answers;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'marbles' in value;
}

function notMarbles(option: string, value: string): InvalidOptionError {
  const allowed = "a marble diagram of an answer: '--a|', '-#', '-a 5s b|'";
  return new InvalidOptionError(option, value, allowed);
}
