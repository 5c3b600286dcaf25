import type { CallContext } from '../index.js';

/** One answer: a marble diagram, with what its characters and its `#` stand for, where the service does not say it. */
export type FakeAnswer<Response> =
  | string
  | {
      readonly marbles: string;
      readonly values?: Readonly<Record<string, Response>>;
      readonly error?: unknown;
    };

/** The answers to one request, one try after the other; the last one stands for all that follow. */
export type FakeAnswerSequence<Response> = FakeAnswer<Response> | readonly FakeAnswer<Response>[];

/** Which answer a fake service gives: the same to all, by the name of the request, or as a function says. */
export type FakeAnswers<Request, Response> =
  | FakeAnswer<Response>
  | readonly FakeAnswer<Response>[]
  | Readonly<Record<string, FakeAnswerSequence<Response>>>
  | ((request: Request, context: CallContext) => FakeAnswer<Response>);
