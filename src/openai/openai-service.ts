import type { OpenAI } from 'openai';
import { endWith, ignoreElements, type Observable, ReplaySubject, takeUntil } from 'rxjs';
import { readFailure, readRateLimits } from '../headers/index.js';
import {
  type AccountingRule,
  ACCOUNTINGS,
  type CallContext,
  type CallOptions,
  type Failure,
  LLMService,
  type LLMServiceOptions,
  monotonicScheduler,
  type RateLimitReading,
  type RateTracker,
  type Usage,
} from '../index.js';
import { piecesOfStream, textOfCompletion } from './answer-text.js';
import { CallUsage } from './call-usage.js';
import { fieldIn } from './choice.js';
import { estimateTokens } from './estimate-tokens.js';
import { bodyOf, type OpenAIRequest } from './openai-request.js';
import type { OpenAIServiceOptions } from './openai-service-options.js';
import { parseOpenAIRequest, parseOpenAIServiceOptions } from './options.js';
import { outputBound } from './output-bound.js';
import { chunksOf, errorOf } from './stream-chunks.js';
import { tellable } from './tellable.js';
import { costInUsd, type Price } from './price.js';
import { type Provider, providerOf } from './provider.js';
import {
  headersOfError,
  pickRateLimitHeaders,
  type RateLimitHeaders,
} from './rate-limit-headers.js';

type Chunks = AsyncIterable<unknown>;

/** Without any limits the original's: so little that nobody forgets to say the real one. */
const DEFAULT_RATE_LIMIT = 1_000;

/**
 * The service for chat models of OpenAI, and of every provider that the `openai` client can speak to.
 *
 * A call reserves the tokens of its prompt and a bound for those of its answer, is sent through the client,
 * and is settled to what the provider says it has used. The answer is its text.
 *
 * ```text
 * call({ messages })                 -------------(t|)
 * call({ messages, stream: true })   -----t-ex-t-----|
 * ```
 *
 * The client's own retries are off, as they would pass no limit. With `stream` the text comes in pieces;
 * `callAsync` resolves to the whole of it and never streams. Of several choices (`n`) the first is given. An
 * answer that is empty is `''`. A stream that is cancelled or breaks is settled to its prompt and to the text
 * until then (`estimateTokens`), any other call that is cancelled or loses its connection to its estimate.
 *
 * The cost of a call is `requests`, `tokens`, `inputTokens`, `outputTokens`, and `usd` where there is a
 * price. What the request or `maxOutputTokens` says bounds the answer; see there for what does otherwise.
 * Over `rateLimit` and `rateTracker` the prompt stays charged as it was counted before, also when the call
 * fails in any way. What the provider's headers tell of its limits narrows the quotas (`limits: 'learn'`: sets
 * them), a refusal closes the gate, and what may pass is tried again (`retry`).
 *
 * Errors with what the client errors with, that very error, with NoTextError for a refusal, calls of tools, or a
 * text that was cut before it began, and with MalformedAnswerError for what is no answer of a chat.
 *
 * @example
 * const gpt4o = new OpenAIService({
 *   client: new OpenAI(),
 *   modelName: 'gpt-4o',
 *   quotas: [requestsPerMinute(500), tokensPerMinute(30_000)],
 * });
 * const messages = [{ role: 'user' as const, content: 'How are you?' }];
 * const answer = await gpt4o.callAsync({ messages });
 * gpt4o.call({ messages, stream: true }).subscribe((piece) => process.stdout.write(piece));
 *
 * @throws InvalidOptionError naming the option and what is allowed; it never shows the client.
 *
 * @see {@link OpenAIServiceOptions}, {@link parseOpenAIResponse}, {@link countTokens}
 */
export class OpenAIService extends LLMService<OpenAIRequest, string> {
  static override readonly serviceName: string = 'OpenAIService';

  /**
   * What the provider last said of its limits, also when it refused: the latest on subscribing, then that of
   * each answer. Completes when the service has closed.
   */
  readonly headers$: Observable<RateLimitHeaders>;
  private readonly headers = new ReplaySubject<RateLimitHeaders>(1);
  // Hidden from console.log, which would show the key.
  readonly #client: OpenAI;
  private readonly counter: NonNullable<OpenAIServiceOptions['countTokens']>;
  private readonly maxOutputTokens: number | undefined;
  private readonly price: Price | undefined;
  private readonly provider: Provider;
  private readonly rule: AccountingRule;
  /** Prompts as counted for `costOf`: a tokenizer should read each only once. */
  private readonly counts = new WeakMap<OpenAIRequest, number>();

  constructor(options: OpenAIServiceOptions) {
    const { client, countTokens, maxOutputTokens, prices, accounting, ...rest } =
      parseOpenAIServiceOptions(options);
    super(withLimit(rest));
    this.#client = client;
    this.counter = countTokens ?? estimateTokens;
    this.maxOutputTokens = maxOutputTokens;
    this.price = prices?.[this.modelName];
    this.provider = providerOf(client);
    // The original's window holds what was really used.
    const own = this.rateLimit === undefined ? this.provider.accounting : 'real';
    this.rule = ACCOUNTINGS[accounting ?? own];
    const closed$ = this.events$.pipe(ignoreElements(), endWith(undefined));
    this.headers$ = this.headers.pipe(takeUntil(closed$));
  }

  /** The whole text, also where the request asks for a stream. */
  override callAsync(request: OpenAIRequest, options?: CallOptions): Promise<string> {
    return super.callAsync({ ...request, stream: false }, options);
  }

  protected override async *process(
    request: OpenAIRequest,
    context: CallContext,
  ): AsyncGenerator<string> {
    const used = this.usageOfCall(request, context);
    try {
      const { data, response } = await this.#client.chat.completions
        .create(bodyOf(request, this.modelName), { maxRetries: 0, signal: context.signal })
        .withResponse();
      this.readHeaders(response.headers);
      reportProcessing(response.headers, context);
      context.reportLimits(this.limitsIn(response));
      if (request.stream) {
        const chunks = chunksOf({ data: data as Chunks, response }, this.#client);
        yield* piecesOfStream(chunks, used);
      } else {
        const error = fieldIn(data, 'choices') === undefined && fieldIn(data, 'error');
        if (error) throw errorOf(error, response.headers, this.#client);
        yield textOfCompletion(data, used);
      }
    } catch (error) {
      this.readHeaders(headersOfError(error));
      used.failed();
      throw tellable(error, this.#client);
    }
  }

  protected override costOf(request: OpenAIRequest): Usage {
    const input = this.counter(parseOpenAIRequest(request).messages, this.modelName);
    const bound = outputBound(request, this.maxOutputTokens, this.tracker.quotas);
    this.counts.set(request, input);
    const cost = this.rule.reserve({ inputTokens: input, ...bound });
    if (!this.price) return cost;
    const { maxOutputTokens = bound.defaultOutputTokens } = bound;
    const usage = { prompt_tokens: input, completion_tokens: maxOutputTokens };
    return { ...cost, usd: costInUsd(usage, this.price) };
  }

  protected override failureOf(error: unknown): Failure {
    const { name: provider } = this.provider;
    return readFailure(error, { provider, now: monotonicScheduler.now() });
  }

  private usageOfCall(request: OpenAIRequest, context: CallContext): CallUsage {
    const { modelName: model, price } = this;
    return new CallUsage({
      promptTokens: this.counts.get(request) ?? this.counter(request.messages, model),
      keepsPromptCount: this.rateLimit !== undefined,
      price,
      settle: this.rule.settle,
      report: (usage, estimated) => {
        context.reportUsage(usage, { estimated });
      },
      record: (response) => {
        request.usageTracker?.updateFromModel({ model, response, subLabel: context.label });
      },
    });
  }

  private limitsIn({ status, headers }: Response): RateLimitReading {
    const { name: provider } = this.provider;
    return readRateLimits({ provider, status, headers, now: monotonicScheduler.now() });
  }

  private readHeaders(headers: Headers | undefined): void {
    if (headers) this.headers.next(pickRateLimitHeaders(headers));
  }
}

function reportProcessing(headers: Headers, context: CallContext): void {
  const ms = Number(headers.get('openai-processing-ms') ?? NaN);
  if (ms >= 0 && ms < Infinity) context.reportProcessing(ms);
}

function withLimit(options: LLMServiceOptions): LLMServiceOptions {
  const { quotas, rateLimit, rateTracker } = options;
  const isStore = (rateTracker as Partial<RateTracker> | undefined)?.reserve !== undefined;
  if (quotas !== undefined || rateLimit !== undefined || isStore) return options;
  return { ...options, rateLimit: DEFAULT_RATE_LIMIT };
}
