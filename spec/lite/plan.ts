import fc from 'fast-check';

/** How one try of a call goes: so many responses, each after so long, then an end. */
export interface Try {
  readonly responses: number;
  readonly everyMs: number;
  readonly end: 'complete' | 'throw' | 'plain' | '500' | '429' | '429 for a while' | 'never';
  readonly used: number | undefined;
}

/** What one caller does. */
export interface PlannedCall {
  readonly at: number;
  readonly priority: number;
  readonly tokens: number;
  readonly tries: readonly Try[];
  readonly leaveMs: number | undefined;
  readonly signal: number | undefined;
  /** What he does as he hears of the end. */
  readonly then: 'nothing' | 'call again' | 'pause' | 'resume';
}

/** What is done to the service. */
export interface Deed {
  readonly at: number;
  readonly kind: 'pause' | 'resume' | 'close' | 'abandon' | 'abort';
}

export interface Plan {
  readonly seed: number;
  readonly quotas: readonly {
    readonly unit: string;
    readonly limit: number;
    readonly windowMs: number;
    readonly marginMs: number;
  }[];
  readonly maxConcurrentJobs: number;
  readonly queueLimit: number;
  readonly retry:
    | {
        readonly maxAttempts: number;
        readonly baseMs: number;
        readonly maxMs: number;
        readonly maxRetryAfterMs: number;
        readonly share: number;
        readonly atLeast: number;
      }
    | undefined;
  readonly hasCosts: boolean;
  readonly calls: readonly PlannedCall[];
  readonly deeds: readonly Deed[];
}

const ms = (max: number) => fc.integer({ min: 0, max });
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const aTry: fc.Arbitrary<Try> = fc.record({
  responses: fc.integer({ min: 0, max: 3 }),
  everyMs: ms(5),
  end: fc.oneof(
    { arbitrary: fc.constant('complete' as const), weight: 4 },
    {
      arbitrary: fc.constantFrom(
        ...(['throw', 'plain', '500', '429', '429 for a while', 'never'] as const),
      ),
      weight: 3,
    },
  ),
  used: sometimes(fc.integer({ min: 0, max: 40 })),
});

const aCall: fc.Arbitrary<PlannedCall> = fc.record({
  at: ms(60),
  priority: fc.integer({ min: -1, max: 2 }),
  tokens: fc.integer({ min: 0, max: 22 }),
  tries: fc.array(aTry, { minLength: 1, maxLength: 4 }),
  leaveMs: sometimes(ms(50)),
  signal: sometimes(fc.integer({ min: 0, max: 1 })),
  then: fc.oneof(
    { arbitrary: fc.constant('nothing' as const), weight: 6 },
    {
      arbitrary: fc.constantFrom(...(['call again', 'pause', 'resume'] as const)),
      weight: 3,
    },
  ),
});

const aQuota = fc.record({
  unit: fc.constantFrom('requests', 'tokens'),
  limit: fc.integer({ min: 1, max: 40 }),
  windowMs: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 50 }), weight: 5 },
    { arbitrary: fc.constant(Infinity), weight: 1 },
  ),
  marginMs: ms(4),
});

/** Whatever `rxllm/lite` has in common with `rxllm`, at random. */
export const aPlan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  quotas: fc.array(aQuota, { maxLength: 3 }),
  maxConcurrentJobs: fc.constantFrom(1, 2, 3, 5, Infinity),
  queueLimit: fc.constantFrom(0, 1, 3, 1_000, Infinity),
  retry: sometimes(
    fc.record({
      maxAttempts: fc.integer({ min: 1, max: 4 }),
      baseMs: fc.integer({ min: 1, max: 8 }),
      maxMs: fc.constantFrom(4, 60),
      maxRetryAfterMs: fc.constantFrom(5, 600_000),
      share: fc.constantFrom(0, 0.5, Infinity),
      atLeast: fc.integer({ min: 0, max: 3 }),
    }),
  ),
  hasCosts: fc.boolean(),
  calls: fc.array(aCall, { minLength: 1, maxLength: 12 }),
  deeds: fc.array(
    fc.record({
      at: ms(80),
      kind: fc.oneof(
        { arbitrary: fc.constantFrom('pause' as const, 'resume' as const), weight: 4 },
        { arbitrary: fc.constant('abort' as const), weight: 2 },
        { arbitrary: fc.constantFrom('close' as const, 'abandon' as const), weight: 1 },
      ),
    }),
    { maxLength: 4 },
  ),
});
