import type { LimitModel as QuotaModel } from '../../src/index.js';
import type { ChargeMode, Latency, LimitModel } from '../../src/simulator/index.js';
import { fork } from '../../src/provider/random.js';
import { VirtualTime } from '../support/virtual-time.js';
import { type Accounting, accountingOf } from './accounting.js';
import { type ClientParts, lite, original, rxllm } from './client.js';
import { MeteredProvider } from './metered-provider.js';
import { tiledFill, windowFill } from './window-fill.js';
import { type AnswerLengths, workload } from './workload.js';

const POLICIES = { rxllm, lite, original };

/** How a client decides when the next call goes. */
export type Policy = keyof typeof POLICIES;

/** One run: a provider that counts and charges in one way, a client, and the chance that both meet. */
export interface QuotaTrial {
  readonly limitModel: LimitModel;
  readonly charge: ChargeMode;
  /** Tokens a minute. */
  readonly limit: number;
  /** Requests a minute. Default any number. */
  readonly requestLimit?: number | undefined;
  /** How long answers take. Default the simulator's: 200 ms and 5 ms per token, 20 % up and down. */
  readonly latency?: Partial<Latency> | undefined;
  readonly policy: Policy;
  readonly seed: number;
  /** Default 15. */
  readonly minutes?: number;
  /** What the client reserves and settles. Default what fits `charge`. */
  readonly accounting?: Accounting;
  /** How the client's quotas count. Default theirs, the sliding window, which keeps to all. */
  readonly quotaModel?: QuotaModel | undefined;
  /** Whether the client learns how long answers are. Default false. */
  readonly learnsOutput?: boolean | undefined;
  /** How long answers are. Default `'exponential'`. */
  readonly answers?: AnswerLengths;
  /** Of the client's quotas. Default theirs. */
  readonly marginMs?: number;
}

/** What the provider saw of one run. */
export interface QuotaProof {
  /**
   * The share of the quota that is used in the long run: the mean fill of all windows of a minute
   * that begin after the first one. See `windowFill`.
   */
  readonly usedShare: number;
  /**
   * The share of what all minutes grant, laid end to end: with one limit, all that was charged divided
   * by the limit times the minutes. A client that begins with a burst shows more here than in the long
   * run: 15 bursts that drift apart still fit into 15 minutes while each comes less than 64 s after the
   * one before.
   */
  readonly totalShare: number;
  /** Requests that were answered 429. */
  readonly refused429: number;
  /** Requests that were admitted. */
  readonly calls: number;
  /** The share of the quota that was charged in the fullest minute, wherever it is laid. */
  readonly largestWindow: number;
}

const MINUTE_MS = 60_000;
const NETWORK_MS = [20, 200] as const;
/** So many calls wait at any time. */
const QUEUED = 100;

/**
 * Lets a client send all that its policy allows to a simulated provider, for some minutes of virtual
 * time. There are always calls in its queue, and it begins at any moment of the provider's minute.
 */
export function proveQuota(trial: QuotaTrial): QuotaProof {
  const { seed, minutes = 15 } = trial;
  const provider = providerOf(trial);
  const scheduler = new VirtualTime();
  const start = Math.floor(MINUTE_MS * fork(seed)()());
  const end = start + minutes * MINUTE_MS;
  scheduler.advanceTo(start);
  keepBusy(trial, { provider, scheduler });
  scheduler.advanceTo(end);
  return measure(trial, provider, [start, end]);
}

function providerOf({ limit, requestLimit, latency, ...trial }: QuotaTrial): MeteredProvider {
  return new MeteredProvider({
    limitModel: trial.limitModel,
    charge: trial.charge,
    seed: trial.seed,
    networkMs: NETWORK_MS,
    tokensPerWindow: limit,
    ...(requestLimit !== undefined && { requestsPerWindow: requestLimit }),
    ...(latency && { latency }),
  });
}

/** Queues calls, and one more for each that is sent. */
function keepBusy(
  { policy, limit, requestLimit, seed, ...trial }: QuotaTrial,
  parts: Pick<ClientParts, 'provider' | 'scheduler'>,
): void {
  const nextRequest = workload(seed, trial.answers);
  const client = POLICIES[policy]({
    ...parts,
    tokensPerMinute: limit,
    requestsPerMinute: requestLimit,
    accounting: trial.accounting ?? accountingOf(trial.charge),
    quota: {
      ...(trial.quotaModel && { model: trial.quotaModel }),
      ...(trial.marginMs !== undefined && { marginMs: trial.marginMs }),
    },
    learnsOutput: trial.learnsOutput ?? false,
    onStart: queueOne,
  });
  for (let queued = 0; queued < QUEUED; queued++) queueOne();

  function queueOne(): void {
    client.call(nextRequest()).subscribe({ error: () => {} });
  }
}

function measure(
  { limit, requestLimit = Infinity }: QuotaTrial,
  provider: MeteredProvider,
  [start, end]: readonly [number, number],
): QuotaProof {
  const { account } = provider;
  const { admitted, refused } = provider.stats();
  const grants = { tokens: limit, requests: requestLimit };
  return {
    usedShare: windowFill(account, grants, MINUTE_MS, [start + MINUTE_MS, end]).mean,
    totalShare: tiledFill(account, grants, MINUTE_MS, [start, end]),
    refused429: refused.requests + refused.tokens + refused.tooLarge + refused.injected,
    calls: admitted,
    largestWindow: windowFill(account, grants, MINUTE_MS, [start, end]).most,
  };
}
