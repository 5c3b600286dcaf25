import type { Observable, SchedulerLike } from 'rxjs';
import { readFailure } from '../headers/index.js';
import {
  type CallContext,
  type Failure,
  InvalidOptionError,
  kindOf,
  LLMService,
  type LLMServiceOptions,
  monotonicScheduler,
  type TokenAccounting,
  tokenAccounting,
  type Usage,
} from '../index.js';
import type { ChargeMode, SimulatedProvider, SimulatedRequest } from '../provider/index.js';
import { chanceOfFake } from './seeded-chance.js';
import { askProvider, type SimulatedAnswer } from './ask-provider.js';

/** Options of a simulated service: those of every service, its provider, and how large requests are. */
export interface SimulatedServiceOptions<Request> extends Partial<LLMServiceOptions> {
  /** Who is asked. Several services may share one, as they would share a key. */
  readonly provider: SimulatedProvider;
  /** How large a request is, and how large its answer will be. Default: the request is of that form itself. */
  readonly sizeOf?: (request: Request) => SimulatedRequest;
  /** How the provider charges, for what is reserved and settled: its own option `charge`. Default `'real'`. */
  readonly accounting?: ChargeMode;
}

/**
 * A service whose provider is simulated in virtual time: limits that are really counted, latencies, faults.
 *
 * Tell the provider its limits and faults, and the service the options of yours, and see in `provider.stats()` what
 * the provider has seen: how many requests, how much of each limit was used, how often a limit was broken.
 * Answers, refusals and broken streams are those of `askProvider`; the same seed leads to the same run.
 *
 * @example
 * const provider = new SimulatedProvider({ tokensPerWindow: 9_000, networkMs: [20, 200], seed: 7 });
 * const service = new SimulatedService({ provider, quotas: [tokensPerMinute(9_000)] });
 * service.call({ promptTokens: 800, outputTokens: 120, maxTokens: 500 }).subscribe();
 * provider.stats().limitsBroken; // 0, however many calls there are
 */
export class SimulatedService<Request = SimulatedRequest> extends LLMService<
  Request,
  SimulatedAnswer
> {
  static override readonly serviceName = 'SimulatedService';

  readonly provider: SimulatedProvider;
  private readonly accounting: TokenAccounting<Request, SimulatedAnswer>;
  private readonly time: SchedulerLike;
  private readonly givenSizeOf: (request: Request) => SimulatedRequest;

  constructor(options: SimulatedServiceOptions<Request>) {
    const { provider, sizeOf = itself, accounting = 'real', ...rest } = options;
    checkProvider(provider);
    if (typeof sizeOf !== 'function')
      throw new InvalidOptionError('sizeOf', kindOf(sizeOf), 'a function of a request');
    super({ modelName: 'simulated', ...rest, retry: { random: chanceOfFake(), ...rest.retry } });
    this.provider = provider;
    this.time = rest.scheduler ?? monotonicScheduler;
    this.givenSizeOf = sizeOf;
    this.accounting = tokenAccounting({
      accounting,
      inputTokensOf: (request: Request) => this.sizeOf(request).promptTokens,
      maxOutputTokensOf: (request) => this.sizeOf(request).maxTokens,
      usageOf: ({ promptTokens, outputTokens }: SimulatedAnswer) => ({
        inputTokens: promptTokens,
        outputTokens,
      }),
    });
  }

  protected override process(request: Request, context: CallContext): Observable<SimulatedAnswer> {
    const options = { context, scheduler: this.time };
    return askProvider(this.provider, this.sizeOf(request), options);
  }

  protected override costOf(request: Request): Usage {
    return this.accounting.costOf(request);
  }

  protected override usageOf(answer: SimulatedAnswer): Usage | undefined {
    return this.accounting.usageOf(answer);
  }

  protected override failureOf(error: unknown): Failure {
    return readFailure(error, { provider: 'openai' });
  }

  /** With a `max_tokens` always: without one nobody knows what to reserve. */
  private sizeOf(request: Request): SimulatedRequest & { readonly maxTokens: number } {
    const size = this.givenSizeOf(request);
    return { ...size, maxTokens: size.maxTokens ?? size.outputTokens };
  }
}

function checkProvider(provider: unknown): void {
  if (typeof (provider as Partial<SimulatedProvider> | undefined)?.admit === 'function') return;
  throw new InvalidOptionError('provider', kindOf(provider), 'a SimulatedProvider');
}

function itself(request: unknown): SimulatedRequest {
  return request as SimulatedRequest;
}
