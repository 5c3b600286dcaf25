import type { LimitModel as QuotaModel } from '../../src/index.js';
import {
  CHARGE_MODES,
  type ChargeMode,
  type Latency,
  LIMIT_MODELS,
  type LimitModel,
} from '../../src/simulator/index.js';
import { MEAN_REAL_TOKENS } from './workload.js';

/** One way in which a provider counts and charges. */
export interface ProviderKind {
  readonly name: string;
  readonly limitModel: LimitModel;
  readonly charge: ChargeMode;
  /** Whether requests are limited too, so that both limits bind in turn. */
  readonly limitsRequests?: boolean;
  readonly latency?: Partial<Latency>;
  /** The model of the client's quotas, where they are told the provider's. */
  readonly quotaModel?: QuotaModel;
  /** Whether the client learns how long answers are. */
  readonly learnsOutput?: boolean;
}

/** A kind of provider with a limit of tokens a minute, and what a client must reach with it. */
export interface Cell {
  readonly kind: ProviderKind;
  readonly limit: number;
  /** Requests a minute. */
  readonly requestLimit: number | undefined;
  /** The least that `totalShare` may be. */
  readonly mustTotal: number;
  /** The least that `usedShare` may be. */
  readonly mustUse: number;
}

const LIMIT_MODEL_NAMES = Object.keys(LIMIT_MODELS) as LimitModel[];

/** Those of which everything is asked. */
export const KINDS: readonly ProviderKind[] = [
  ...LIMIT_MODEL_NAMES.flatMap((limitModel) =>
    CHARGE_MODES.map((charge) => ({ name: `${limitModel}, ${charge}`, limitModel, charge })),
  ),
  ...(['sliding-log', 'token-bucket'] as const).map((limitModel) => ({
    name: `${limitModel}, real, requests`,
    limitModel,
    charge: 'real' as const,
    limitsRequests: true,
  })),
  ...LIMIT_MODEL_NAMES.map((limitModel) => ({
    name: `${limitModel}, real, learning`,
    limitModel,
    charge: 'real' as const,
    learnsOutput: true,
  })),
  ...(['token-bucket', 'fixed-window'] as const).flatMap((limitModel) =>
    (['real', 'prompt+max'] as const).map((charge) => ({
      name: `${limitModel}, ${charge}, told`,
      limitModel,
      charge,
      quotaModel: limitModel,
    })),
  ),
];

/** One whose share is told and not judged: what calls in flight reserve in vain grows with their time. */
export const SLOW_KIND: ProviderKind = {
  name: 'sliding-log, real, slow',
  limitModel: 'sliding-log',
  charge: 'real',
  latency: { baseMs: 1000, perTokenMs: 20 },
};

/** The same, of which a client that learns gets back more than half. */
export const SLOW_LEARNING_KIND: ProviderKind = {
  ...SLOW_KIND,
  name: 'sliding-log, real, slow, learning',
  learnsOutput: true,
};

/** Tokens a minute. */
export const LIMITS = [60_000, 200_000, 2_000_000] as const;

export const SEEDS = [1, 2, 3, 4, 5] as const;

export function cellOf(kind: ProviderKind, limit: number): Cell {
  const must = limit < 200_000 ? 0.96 : 0.98;
  const requestLimit = kind.limitsRequests ? Math.round(limit / MEAN_REAL_TOKENS) : undefined;
  return {
    kind,
    limit,
    requestLimit,
    mustTotal: must,
    mustUse: Math.min(must, boundOf(kind, limit)),
  };
}

/**
 * What first in, first out and a window that keeps to every provider can use in the long run, where
 * answers turn out shorter than `max_tokens`.
 *
 * Of every limit 0.4 % goes to the margin and 0.8 % to what calls in flight have reserved and will
 * not use. And while the first in the queue waits for room, what is free and too small for it is
 * unused: 0.9 % of 200,000, 2.9 % of 60,000. A client that learns how long answers are gets back 0.4 %.
 */
function boundOf(kind: ProviderKind, limit: number): number {
  const { charge, limitsRequests, quotaModel, learnsOutput } = kind;
  if (charge !== 'real' || limitsRequests || quotaModel || limit > 200_000) return 1;
  if (learnsOutput) return limit < 200_000 ? 0.955 : 0.98;
  return limit < 200_000 ? 0.95 : 0.975;
}
