import { InvalidOptionError } from '../index.js';
import type { FakeAnswer, FakeAnswerSequence } from './fake-answers.js';
import type { MarbleMessage } from './marbles/parse-marbles.js';
import { readMarbles } from './marbles/read-marbles.js';

/** What the characters and the `#` of a diagram stand for. */
export interface AnswerMeaning<Response> {
  readonly values?: Readonly<Record<string, Response>> | undefined;
  readonly error?: unknown;
}

/**
 * Reads the diagram of one answer, with what its characters mean: by the answer itself, else by the service, else
 * themselves.
 *
 * @throws InvalidOptionError naming the option, for one that is no diagram.
 */
export function readAnswer<Response>(
  answer: FakeAnswer<Response>,
  meaning: AnswerMeaning<Response>,
  option: string,
): readonly MarbleMessage[] {
  const own = isWithMeaning(answer) ? answer : { marbles: answer };
  const values = { ...meaning.values, ...(own as AnswerMeaning<Response>).values };
  const { error } = { ...meaning, ...own } as AnswerMeaning<Response>;
  return readMarbles(own.marbles, option).map(({ frame, notification }) => {
    if (notification.kind === 'C') return { frame, notification };
    if (notification.kind === 'E') return { frame, notification: { kind: 'E' as const, error } };
    const character = notification.value as string;
    const value = Object.hasOwn(values, character) ? values[character] : character;
    return { frame, notification: { kind: 'N' as const, value } };
  });
}

/** Whether it is one answer with what its characters stand for. */
export function isWithMeaning(answer: unknown): answer is { readonly marbles: unknown } {
  return typeof answer === 'object' && answer !== null && 'marbles' in answer;
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
  if (answers.length === 0)
    throw new InvalidOptionError(option, 'an empty list', 'at least one answer');
  return answers;
}
