import { defer, finalize, type Observable, type SchedulerLike, tap } from 'rxjs';
import {
  type CallContext,
  type Failure,
  InvalidOptionError,
  kindOf,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  monotonicScheduler,
  type Usage,
} from '../index.js';
import { AnswerBook } from './answer-book.js';
import type { AskedCall } from './asked-call.js';
import type { FakeAnswers } from './fake-answers.js';
import { playMarbles } from './marbles/play-marbles.js';
import { chanceOfFake } from './seeded-chance.js';

/** Options of a fake service: those of every service, and what it answers. */
export interface FakeServiceOptions<Request, Response>
  extends Partial<LLMServiceOptions>, Omit<LLMServiceFunctions<Request, Response>, 'process'> {
  /**
   * What it answers, as marble diagrams in which one character is 1 ms: `'--a|'` to all; a list, one for each try
   * in order, the last for all that follow; by the name of the request, `{ a: '--a|', b: ['-#', '-b|'] }`; or a
   * function. A diagram without `|` and `#` never ends.
   */
  readonly answers: FakeAnswers<Request, Response>;
  /** What characters of the diagrams stand for. Default: the character itself. */
  readonly values?: Readonly<Record<string, Response>>;
  /** What `#` stands for. Default `'error'`, as everywhere in RxJS; see `providerError`. */
  readonly error?: unknown;
  /**
   * What a test calls a request, in `answers` and timelines. Default: a text itself, else the label, else the call's
   * number.
   */
  readonly nameOf?: (request: Request, context: CallContext) => string;
}

type FakeFunctions<Request, Response> = {
  readonly [Name in 'nameOf' | 'costOf' | 'usageOf' | 'failureOf']:
    FakeServiceOptions<Request, Response>[Name] | undefined;
};

interface Asking<Request> extends AskedCall<Request> {
  endedAt: number | undefined;
  end: AskedCall<Request>['end'];
}

/**
 * A service whose answers are drawn as marbles, and that writes down what it was asked, and when.
 *
 * It queues, counts, retries and times out as every `LLMService` does, with the same options; only its work is made
 * up. Jitter is drawn from the seed of `runMarbles`, elsewhere it is always the same. It works in `runMarbles`, in
 * `VirtualTime`, under fake timers (which must fake `performance` too), and in real time.
 *
 * ```text
 * answers: { a: '--a|', b: ['-#', '--b|'] }
 * asked a    --a|
 * asked b    -#       at first
 * asked b    --b|     and from then on
 * ```
 *
 * @example
 * const service = new FakeService({ answers: { a: '--A|', b: '-#' }, quotas: [requestsPerMinute(2)] });
 * service.call('a').subscribe((answer) => console.log(answer)); // A
 * service.asked; // [{ request: 'a', name: 'a', attempt: 1, startedAt: … }]
 *
 * @throws InvalidOptionError for options that are not allowed, and diagrams that cannot be read. A call that it has
 * no answer for fails with InvalidOptionError.
 */
export class FakeService<Request = string, Response = string> extends LLMService<
  Request,
  Response
> {
  static override readonly serviceName = 'FakeService';

  /** Every try that was let out, in order. */
  readonly asked: readonly AskedCall<Request>[] = [];
  private readonly book: AnswerBook<Request, Response>;
  private readonly time: SchedulerLike;
  private readonly functions: FakeFunctions<Request, Response>;

  constructor(options: FakeServiceOptions<Request, Response>) {
    const { answers, values, error, nameOf, costOf, usageOf, failureOf, ...rest } = options;
    // First, as whoever misspells `answers` should hear of that.
    const book = new AnswerBook<Request, Response>(answers, {
      values,
      error: 'error' in options ? error : 'error',
    });
    checkFunctions({ nameOf, costOf, usageOf, failureOf });
    super({ modelName: 'fake', ...rest, retry: { random: chanceOfFake(), ...rest.retry } });
    this.book = book;
    this.time = rest.scheduler ?? monotonicScheduler;
    this.functions = { nameOf, costOf, usageOf, failureOf };
  }

  protected override process(request: Request, context: CallContext): Observable<Response> {
    const asking = this.note(request, context);
    return defer(() =>
      playMarbles<Response>(this.book.next(asking.name, request, context), this.time),
    ).pipe(
      tap({ error: () => (asking.end = 'failed'), complete: () => (asking.end = 'completed') }),
      finalize(() => {
        asking.end ??= 'cancelled';
        asking.endedAt = this.time.now();
      }),
    );
  }

  protected override costOf(request: Request): Usage | number | undefined {
    return this.functions.costOf?.(request);
  }

  protected override usageOf(response: Response): Usage | number | undefined {
    return this.functions.usageOf?.(response);
  }

  protected override failureOf(error: unknown): Failure {
    return this.functions.failureOf?.(error) ?? super.failureOf(error);
  }

  private note(request: Request, context: CallContext): Asking<Request> {
    const { callId, label, attempt } = context;
    const name = this.functions.nameOf?.(request, context) ?? nameOf(request, label, callId);
    const asking: Asking<Request> = {
      ...{ request, name, callId, label, attempt },
      startedAt: this.time.now(),
      endedAt: undefined,
      end: undefined,
    };
    (this.asked as Asking<Request>[]).push(asking);
    return asking;
  }
}

function nameOf(request: unknown, label: string | undefined, callId: number): string {
  return typeof request === 'string' ? request : (label ?? String(callId));
}

function checkFunctions(functions: Readonly<Record<string, unknown>>): void {
  for (const [name, given] of Object.entries(functions)) {
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidOptionError(name, kindOf(given), 'a function');
  }
}
