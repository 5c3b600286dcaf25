import { tokensToCharge } from './charge-mode.js';
import { drawFault, type Fault } from './fault.js';
import { type Pace, paceOf } from './latency.js';
import type { Charge } from './limit/limit.js';
import { nextId, openAIHeaders } from './openai-headers.js';
import { resolveProviderOptions, type ResolvedProviderOptions } from './options.js';
import type { SimulatedProviderOptions } from './options.js';
import { fork, type Random } from './random.js';
import type { Refusal } from './rate-limit-error.js';
import { RateLimits } from './rate-limits.js';
import { isRefusing, refusedByFault, refusedByLimit } from './refused-request.js';
import type { AdmittedRequest, Ending, RefusedRequest } from './simulated-request.js';
import type { SimulatedRequest } from './simulated-request.js';
import { type SimulatorStats, Tally } from './stats.js';

interface InFlight {
  tokens: number;
  readonly charge: Charge | undefined;
}

/**
 * An OpenAI-like provider without a network and without a clock: it decides which requests fit into
 * its limits, what they are charged, when their answers come and what goes wrong with them.
 *
 * The time of each event, `now` in ms, is an argument, so it runs in real and in virtual time alike;
 * `exchange` is this class with a scheduler, `startSimulator` is `exchange` behind HTTP. The same
 * seed and the same requests lead to the same decisions.
 *
 * @throws InvalidOptionError for an option that is unknown or not allowed
 *
 * @example
 * const provider = new SimulatedProvider({ tokensPerWindow: 1_000 });
 * const first = provider.admit({ promptTokens: 600, outputTokens: 100 }, 0);
 * const second = provider.admit({ promptTokens: 600, outputTokens: 100 }, 10);
 * if (second.kind === 'refused') console.log(second.retryAfterMs); // 59_990
 * if (first.kind === 'admitted') provider.settle(first, 'answered', 100, 900);
 * console.log(provider.stats().limitsBroken); // 1
 */
export class SimulatedProvider {
  private readonly options: ResolvedProviderOptions;
  private readonly limits: RateLimits;
  private readonly inFlight = new Map<AdmittedRequest, InFlight>();
  private readonly luck: Random;
  private readonly jitter: Random;
  private readonly network: Random;
  private readonly ids: Random;
  private tally = new Tally();

  constructor(options: SimulatedProviderOptions = {}) {
    this.options = resolveProviderOptions(options);
    this.limits = new RateLimits(this.options);
    const next = fork(this.options.seed);
    [this.luck, this.jitter, this.network, this.ids] = [next(), next(), next(), next()];
  }

  /** Draws how long the next request travels before it reaches `admit`, in ms. */
  networkMs(): number {
    const [least, most] = this.options.networkMs;
    return least + (most - least) * this.network();
  }

  /** Decides a request that arrives at `now`: charges it to every limit, or refuses it and charges nothing. */
  admit(request: SimulatedRequest, now: number): AdmittedRequest | RefusedRequest {
    this.tally.arrived(now);
    // Both are drawn for every request, so that a refusal does not change the luck of the next.
    const fault = drawFault(this.options.faults, this.luck);
    const pace = paceOf(this.options.latency, fault === 'slow', this.jitter);
    const tokens = this.tokensOf(request, fault);
    const refusal = this.limits.refusal(tokens, now);
    if (refusal) return this.refuse(request, refusal, now);
    if (fault) this.tally.faults[fault]++;
    return isRefusing(fault)
      ? this.inject(request, fault, now)
      : this.accept(request, tokens, pace, fault, now);
  }

  /**
   * Tells how an admitted request ended and how many tokens of its answer had come by then; only
   * the first telling counts. With `charge: 'real'` the charge becomes what really came.
   */
  settle(admitted: AdmittedRequest, ending: Ending, outputTokens: number, now: number): void {
    const held = this.inFlight.get(admitted);
    if (!held) return;
    this.inFlight.delete(admitted);
    this.tally.ended(ending, outputTokens);
    if (this.options.charge !== 'real') return;
    const tokens = admitted.request.promptTokens + outputTokens;
    this.tally.chargedTokens += tokens - held.tokens;
    if (held.charge) this.limits.correct(held.charge, tokens, now);
  }

  /** Counts a request that was answered with a 4xx before it reached the limits. */
  reject(): void {
    this.tally.invalid++;
  }

  /** Says what has happened so far. */
  stats(): SimulatorStats {
    const { tally } = this;
    const quotaUsedShare = this.limits.measure(({ limit, windowMs }, unit) => {
      const charged = unit === 'requests' ? tally.admitted : tally.chargedTokens;
      return charged / (limit * tally.windowsPassed(windowMs));
    });
    return tally.snapshot(this.inFlight.size, quotaUsedShare);
  }

  /** Counts from zero again; limits and requests in flight stay as they are. */
  resetStats(): void {
    this.tally = new Tally();
  }

  private tokensOf(request: SimulatedRequest, fault: Fault | undefined): number {
    // A request that fails with 500 has a prompt and no answer.
    const outputTokens = fault === 'status500' ? 0 : request.outputTokens;
    return tokensToCharge(this.options.charge, { ...request, outputTokens });
  }

  private accept(
    request: SimulatedRequest,
    tokens: number,
    pace: Pace,
    fault: Fault | undefined,
    now: number,
  ): AdmittedRequest {
    const charge = this.limits.charge(tokens, now);
    const id = nextId(this.ids);
    const headers = {
      ...openAIHeaders(id, processingMs(request, pace)),
      ...this.limits.headers(now),
    };
    const kind = 'admitted';
    const admitted = { kind, id, request, headers, pace, ...(fault && { fault }) } as const;
    this.inFlight.set(admitted, { tokens, charge });
    this.tally.accepted(request.promptTokens, tokens, this.inFlight.size);
    this.tally.used(this.limits.measure((limit) => 1 - limit.remaining(now) / limit.limit));
    return admitted;
  }

  private refuse(request: SimulatedRequest, refusal: Refusal, now: number): RefusedRequest {
    this.tally.refused[refusal.waitMs === Infinity ? 'tooLarge' : refusal.unit]++;
    return this.signed(refusedByLimit(modelOf(request), refusal, this.limits.headers(now)));
  }

  private inject(
    request: SimulatedRequest,
    fault: Parameters<typeof refusedByFault>[0],
    now: number,
  ): RefusedRequest {
    if (fault !== 'overloaded529') this.tally.refused.injected++;
    const headers = this.limits.headers(now);
    return this.signed(refusedByFault(fault, modelOf(request), this.options.windowMs, headers));
  }

  private signed(refused: RefusedRequest): RefusedRequest {
    return { ...refused, headers: { ...openAIHeaders(nextId(this.ids), 0), ...refused.headers } };
  }
}

function modelOf({ model = 'simulator' }: SimulatedRequest): string {
  // A client may send a name of megabytes; OpenAI's own are short.
  return model.slice(0, 100);
}

function processingMs({ stream, outputTokens }: SimulatedRequest, pace: Pace): number {
  return pace.firstTokenMs + (stream ? 0 : pace.perTokenMs * outputTokens);
}
