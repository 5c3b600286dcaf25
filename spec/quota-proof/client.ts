import { map, type Observable, type SchedulerLike, tap } from 'rxjs';
import {
  failureOf,
  LLMService,
  type Quota,
  quota,
  TimeBoundedUsageTracker,
} from '../../src/index.js';
import { LLMService as LiteService, retries } from '../../src/lite/index.js';
import { exchange, type ExchangeEvent, type SimulatedProvider } from '../../src/simulator/index.js';
import type { Accounting, Answer } from './accounting.js';
import type { ProofRequest } from './workload.js';

/** What a client is made of. */
export interface ClientParts {
  readonly provider: SimulatedProvider;
  readonly scheduler: SchedulerLike;
  readonly tokensPerMinute: number;
  /** Undefined where any number may go. */
  readonly requestsPerMinute: number | undefined;
  readonly accounting: Accounting;
  /** What its quotas are told besides; for the rest they have defaults. */
  readonly quota: Pick<Quota, 'marginMs' | 'model'>;
  readonly learnsOutput: boolean;
  /** Told of each call that leaves the queue. */
  readonly onStart: () => void;
}

/** Whatever takes calls. */
type Client = Pick<LLMService<ProofRequest, Answer>, 'call'>;

/** Reserves what the provider may charge, and settles to what it has charged. */
export function rxllm(parts: ClientParts): Client {
  const { tokensPerMinute, requestsPerMinute, accounting, scheduler } = parts;
  const perMinute = (unit: string, limit: number) =>
    quota({ unit, limit, windowMs: 60_000, ...parts.quota });
  return LLMService.of({
    modelName: 'simulator',
    quotas: [
      perMinute('tokens', tokensPerMinute),
      ...(requestsPerMinute ? [perMinute('requests', requestsPerMinute)] : []),
    ],
    retry: { random: () => 0.5 },
    learnOutput: parts.learnsOutput,
    scheduler,
    ...accounting,
    process: (request, { attempt }) => {
      if (attempt === 1) parts.onStart();
      return send(request, parts);
    },
  });
}

/** The same in a page: quotas of `rxllm/lite` are sliding windows, and it learns nothing. */
export function lite(parts: ClientParts): Client {
  const { tokensPerMinute, requestsPerMinute, accounting, scheduler } = parts;
  const perMinute = (unit: string, limit: number) => ({ unit, limit, windowMs: 60_000 });
  return LiteService.of({
    modelName: 'simulator',
    quotas: [
      perMinute('tokens', tokensPerMinute),
      ...(requestsPerMinute ? [perMinute('requests', requestsPerMinute)] : []),
    ],
    retry: retries({ random: () => 0.5 }),
    scheduler,
    ...accounting,
    process: (request, { attempt }) => {
      if (attempt === 1) parts.onStart();
      return send(request, parts);
    },
  });
}

/**
 * The original: lets calls out while the total of the last 70 s is below the limit; counts the prompt
 * when it is sent and the answer when it is in. It knows one limit only, and no gate; its retries, which
 * went past the limit, are left out.
 */
export function original(parts: ClientParts): Client {
  const { tokensPerMinute, scheduler } = parts;
  const rateTracker = new TimeBoundedUsageTracker({ windowMs: 70_000, scheduler });
  return LLMService.of({
    modelName: 'simulator',
    rateLimit: tokensPerMinute,
    rateTracker,
    failureOf: () => failureOf(undefined),
    process: (request: ProofRequest, { attempt }) => {
      if (attempt === 1) parts.onStart();
      rateTracker.add(request.promptTokens);
      return send(request, parts).pipe(tap(({ outputTokens }) => rateTracker.add(outputTokens)));
    },
  });
}

function send(request: ProofRequest, { provider, scheduler }: ClientParts): Observable<Answer> {
  return exchange(provider, request, scheduler).pipe(
    map((event) => ({ request, outputTokens: outputTokensIn(event) })),
  );
}

function outputTokensIn(event: ExchangeEvent): number {
  if (event.kind === 'answered') return event.tokens;
  throw Object.assign(new Error(event.kind), failureIn(event));
}

/** What an SDK's error says. */
function failureIn(event: ExchangeEvent): object {
  if (event.kind !== 'refused' && event.kind !== 'failed') return {};
  const { status, headers, body } = event;
  return { status, headers, body };
}
