import { type CallContext, InvalidOptionError, kindOf } from '../index.js';
import type { FakeAnswer, FakeAnswers, FakeAnswerSequence } from './fake-answers.js';
import { shownValue } from './marbles/shown-value.js';
import type { MarbleMessage } from './marbles/parse-marbles.js';
import { answersIn, type AnswerMeaning, isWithMeaning, readAnswer } from './read-answer.js';

/** The answers to one name, and how many were given. */
interface Page<Response> {
  readonly option: string;
  readonly answers: readonly FakeAnswer<Response>[];
  given: number;
}

/** Looks up which answer comes next: checked when it is made, so that a mistake in a diagram is told at once. */
export class AnswerBook<Request, Response> {
  private readonly pages = new Map<string, Page<Response>>();
  /** That of all, whatever their name. */
  private readonly common: Page<Response> | undefined;

  constructor(
    private readonly answers: FakeAnswers<Request, Response>,
    private readonly meaning: AnswerMeaning<Response>,
  ) {
    if (typeof answers === 'string' || Array.isArray(answers) || isWithMeaning(answers))
      this.common = this.page('answers', answers as FakeAnswerSequence<Response>);
    else if (typeof answers === 'object' && (answers as unknown) !== null)
      for (const [name, sequence] of Object.entries(answers))
        this.pages.set(name, this.page(`answers['${name}']`, sequence));
    else if (typeof answers !== 'function') throw notAnswers(answers);
  }

  /** @throws InvalidOptionError where there is none for this name. */
  next(name: string, request: Request, context: CallContext): readonly MarbleMessage[] {
    const { answers, meaning } = this;
    if (typeof answers === 'function')
      return readAnswer(answers(request, context), meaning, 'answers(request)');
    const page = this.common ?? this.pages.get(name);
    const answer = page?.answers[Math.min(page.given, page.answers.length - 1)];
    if (!page || answer === undefined) throw this.noAnswer(name);
    page.given += 1;
    return readAnswer(answer, meaning, page.option);
  }

  private page(option: string, sequence: FakeAnswerSequence<Response>): Page<Response> {
    const answers = answersIn(sequence, option);
    for (const answer of answers) readAnswer(answer, this.meaning, option);
    return { option, answers, given: 0 };
  }

  /** It names the request, though errors never do: this one is made up by a test. */
  private noAnswer(name: string): InvalidOptionError {
    const names = [...this.pages.keys()].map((known) => `'${known}'`).join(', ') || 'none';
    const allowed = `the names that it has (${names}), or a function of the request`;
    return new InvalidOptionError('answers', `without an answer to '${shownValue(name)}'`, allowed);
  }
}

function notAnswers(answers: unknown): InvalidOptionError {
  const allowed = "a marble diagram ('--a|'), a list of them, one by each name, or a function";
  return new InvalidOptionError('answers', kindOf(answers), allowed);
}
