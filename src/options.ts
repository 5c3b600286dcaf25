import { isObservable } from 'rxjs';
import * as z from 'zod/mini';
import { InvalidOptionError } from './errors.js';
import { kindOf } from './kind-of.js';
import { invalidOption } from './invalid-option.js';
import { LIMIT_MODELS } from './usage/window/window-of.js';

/** One kind of value: how to know it, and what to say is allowed. */
function kind(isAllowed: (value: unknown) => boolean, allowed: string) {
  return z.custom(isAllowed, allowed);
}

/** An object with these options and no others. */
function objectOf<T extends z.core.$ZodShape>(shape: T) {
  return z.strictObject(shape, 'an object');
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value);
const isFinitePositive = (value: unknown) => isNumber(value) && value > 0 && value < Infinity;
const isCount = (value: unknown) => isNumber(value) && Number.isInteger(value) && value >= 1;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const hasMethod = (value: unknown, name: string) =>
  isObject(value) && typeof (value as Record<string, unknown>)[name] === 'function';
const orObservable = (isAllowed: (value: unknown) => boolean) => (value: unknown) =>
  isObservable(value) || isAllowed(value);

const name = kind((v) => typeof v === 'string' && v.trim() !== '', 'a text that is not empty');
const text = kind((v) => typeof v === 'string', 'a text');
const anObject = kind(isObject, 'an object');
const aFunction = kind((v) => typeof v === 'function', 'a function');
const duration = kind(isFinitePositive, 'a number above 0, in ms');
const margin = kind((v) => isNumber(v) && v >= 0 && v < Infinity, 'a number, 0 or more, in ms');
const amount = kind(isAmount, 'a finite number, 0 or more');
const limitValue = kind(isFinitePositive, 'a finite number above 0');
const limit = kind(
  orObservable(isFinitePositive),
  'a finite number above 0, or an Observable of such numbers',
);
const concurrencyValue = kind(
  (v) => isCount(v) || v === Infinity,
  'a whole number, 1 or more, or Infinity',
);
const concurrency = kind(
  orObservable((v) => isCount(v) || v === Infinity),
  'a whole number, 1 or more, or Infinity, or an Observable of such numbers',
);
const queueLimit = kind(
  (v) => v === Infinity || v === 0 || isCount(v),
  'a whole number, 0 or more, or Infinity',
);
const integer = kind((v) => Number.isInteger(v), 'a whole number');
const LONGEST_DEADLINE_MS = 1e11;
/** Also one of another window or context. */
const isDate = (value: unknown): value is Date =>
  Object.prototype.toString.call(value) === '[object Date]';
const deadline = kind(
  (v) => (isDate(v) ? !Number.isNaN(v.getTime()) : isAmount(v) && v <= LONGEST_DEADLINE_MS),
  'a number of ms from now, 0 or more, or a Date for an instant',
);
const tenantWeight = kind(isFinitePositive, 'a finite number above 0');
const tenantWeights = kind(
  (v) => typeof v === 'function' || Object.prototype.toString.call(v) === '[object Object]',
  'finite numbers above 0 by tenant, or a function from tenant to such a number',
);
const scheduler = kind((v) => hasMethod(v, 'now') && hasMethod(v, 'schedule'), 'an RxJS scheduler');
const signal = kind(
  (v) => hasMethod(v, 'addEventListener') && 'aborted' in (v as object),
  'an AbortSignal',
);
const observable = kind(isObservable, 'an Observable');
const usageTracker = kind(
  (v) => hasMethod(v, 'add') && isObject(v) && 'total$' in v,
  'a TimeBoundedUsageTracker',
);
const rateTracker = kind((v) => hasMethod(v, 'reserve'), 'a RateTracker');
const anyTracker = kind(
  (v) => hasMethod(v, 'reserve') || (hasMethod(v, 'add') && 'total$' in (v as object)),
  'a TimeBoundedUsageTracker or a RateTracker',
);

const queue = kind((v) => hasMethod(v, 'push') && hasMethod(v, 'remove'), 'a CallQueue');

const SERVICES = 'one service or more';
const service = kind((v) => hasMethod(v, 'open') && hasMethod(v, 'close'), 'a service');

const CALLABLES = 'a list of one or more that can be called';
const callable = kind(isCallable, 'a service, or several made into one');
const delay = kind(isAmount, 'a finite number, 0 or more, in ms');

const timeSpan = kind(
  (v) => v === Infinity || isFinitePositive(v),
  'a number above 0, in ms, or Infinity',
);
const oneOf = (...names: readonly string[]) =>
  kind((v) => names.includes(v as string), names.map((one) => `'${one}'`).join(', '));
const share = kind((v) => isNumber(v) && v >= 0, 'a number, 0 or more');
const longest = kind((v) => isNumber(v) && v >= 0, 'a number, 0 or more, in ms');
const fraction = kind((v) => isNumber(v) && v > 0 && v <= 1, 'a number above 0, at most 1');
const count = kind(isCount, 'a whole number, 1 or more');
const limitsRule = oneOf('learn');

const unit = kind(
  (v) => typeof v === 'string' && v.trim() !== '' && !(v in Object.prototype),
  'a text that is not empty, and no name that every object has, as constructor',
);
const quotaSchema = objectOf({
  unit,
  limit,
  windowMs: timeSpan,
  marginMs: z.optional(margin),
  model: z.optional(oneOf(...Object.keys(LIMIT_MODELS))),
}).check(
  z.refine(({ windowMs, model }) => windowMs !== Infinity || !model || model === 'sliding-window', {
    path: ['model'],
    message: "'sliding-window', or none, where windowMs is Infinity: a budget never comes back",
  }),
);
const gate = objectOf({
  maxRetryAfterMs: z.optional(longest),
  baseMs: z.optional(duration),
  maxMs: z.optional(duration),
  random: z.optional(aFunction),
  isUnproven: z.optional(kind((v) => typeof v === 'boolean', 'true or false')),
});
const retry = objectOf({
  maxAttempts: z.optional(concurrencyValue),
  baseMs: z.optional(duration),
  maxMs: z.optional(duration),
  maxRetryAfterMs: z.optional(longest),
  share: z.optional(share),
  atLeast: z.optional(share),
  isRetryable: z.optional(aFunction),
  random: z.optional(aFunction),
});
const learnOutput = z.union(
  [
    z.boolean(),
    objectOf({
      quantile: z.optional(fraction),
      atLeast: z.optional(count),
      latest: z.optional(count),
    }),
  ],
  'true, false, or { quantile, atLeast, latest }',
);
const quotas = z.array(quotaSchema, 'a list of quotas');

const callTimeouts = {
  timeout: z.optional(timeSpan),
  queueTimeout: z.optional(timeSpan),
  firstChunkTimeout: z.optional(timeSpan),
  chunkTimeout: z.optional(timeSpan),
};
const whenQueueFull = oneOf('refuse', 'drop-oldest');

const serviceShape = {
  modelName: name,
  serviceTag: z.optional(text),
  rateLimit: z.optional(limit),
  rateTracker: z.optional(anyTracker),
  quotas: z.optional(quotas),
  maxConcurrentJobs: z.optional(concurrency),
  queueLimit: z.optional(queueLimit),
  whenQueueFull: z.optional(whenQueueFull),
  tenantWeights: z.optional(tenantWeights),
  ...callTimeouts,
  retry: z.optional(retry),
  limits: z.optional(limitsRule),
  learnOutput: z.optional(learnOutput),
  scheduler: z.optional(scheduler),
};

const schemas = {
  service: objectOf(serviceShape),
  services: z.array(service, SERVICES).check(z.minLength(1, SERVICES)),
  functions: objectOf({
    process: aFunction,
    costOf: z.optional(aFunction),
    usageOf: z.optional(aFunction),
    failureOf: z.optional(aFunction),
  }),
  call: objectOf({
    signal: z.optional(signal),
    priority: z.optional(integer),
    tenant: z.optional(text),
    label: z.optional(text),
    ...callTimeouts,
    deadline: z.optional(deadline),
  }),
  timeBoundedUsageTracker: objectOf({
    windowMs: z.optional(duration),
    marginMs: z.optional(margin),
    scheduler: z.optional(scheduler),
  }),
  ownQuotas: objectOf({
    quotas,
    scheduler: z.optional(scheduler),
    limits: z.optional(limitsRule),
    gate: z.optional(gate),
  }),
  overTracker: objectOf({
    rateLimit: limit,
    rateTracker: usageTracker,
    limits: z.optional(limitsRule),
    gate: z.optional(gate),
  }),
  callables: z.array(callable, CALLABLES).check(z.minLength(1, CALLABLES)),
  shareInFlight: objectOf({ keyOf: aFunction }),
  fallback: objectOf({ when: z.optional(aFunction), maxWaitMs: z.optional(longest) }),
  hedge: objectOf({
    delayMs: delay,
    to: z.optional(callable),
    scheduler: z.optional(scheduler),
  }),
  rateLimit: objectOf({
    tracker: z.optional(rateTracker),
    quotas: z.optional(quotas),
    costOf: z.optional(aFunction),
    maxConcurrent: z.optional(concurrency),
    released$: z.optional(observable),
    cancelled$: z.optional(observable),
    returned$: z.optional(observable),
    queue: z.optional(queue),
    queueLimit: z.optional(queueLimit),
    whenQueueFull: z.optional(whenQueueFull),
    onRefused: z.optional(aFunction),
    scheduler: z.optional(scheduler),
  }),
};

/**
 * Gives the input back when the schema allows it: it is checked, never copied, so that the caller's own
 * objects (trackers, quotas, schedulers) keep their identity.
 */
function check<T>(schema: z.ZodMiniType, input: T, path = ''): T {
  const result = z.safeParse(schema, input);
  const issue = result.error?.issues[0];
  if (issue) throw invalidOption(issue, input, path, (at) => keysAt(schema, at));
  return input;
}

/** The options that are known where an unknown one was given. */
function keysAt(schema: z.ZodMiniType, path: readonly PropertyKey[]): readonly string[] {
  const { innerType, element, options, shape = {} } = schema.def as unknown as SchemaParts;
  const [key, ...rest] = path;
  if (innerType) return keysAt(innerType, path);
  if (options) return options.flatMap((option) => keysAt(option, path));
  if (key === undefined) return Object.keys(shape);
  const inner = element ?? shape[key];
  return inner ? keysAt(inner, rest) : [];
}

/** What of zod's kinds of schema leads further in: optional, list, one of several, object. */
interface SchemaParts {
  readonly innerType?: z.ZodMiniType;
  readonly element?: z.ZodMiniType;
  readonly options?: readonly z.ZodMiniType[];
  readonly shape?: Readonly<Record<PropertyKey, z.ZodMiniType>>;
}

/** Options of which one excludes another, or needs it. */
interface LimitOptions {
  readonly quotas?: unknown;
  readonly rateLimit?: unknown;
  readonly rateTracker?: unknown;
  readonly limits?: unknown;
  readonly tenantWeights?: unknown;
}

/** One by one, so that the error names the tenant. */
function checkWeights(weights: unknown): void {
  if (!isObject(weights)) return;
  for (const [tenant, weight] of Object.entries(weights))
    check(tenantWeight, weight, `tenantWeights['${tenant}']`);
}

export function parseServiceOptions<T extends LimitOptions>(options: T): T {
  check(schemas.service, options);
  const { quotas, rateLimit, rateTracker, limits, tenantWeights } = options;
  checkWeights(tenantWeights);
  const isStore = hasMethod(rateTracker, 'reserve');
  if (quotas && rateTracker) throw conflict('quotas', 'rateTracker');
  if (quotas && rateLimit !== undefined) throw conflict('quotas', 'rateLimit');
  if (isStore && rateLimit !== undefined)
    throw conflict('rateLimit', 'a RateTracker with its own limits');
  if (isStore && limits !== undefined)
    throw conflict('limits', 'a RateTracker with its own limits');
  if (rateTracker && !isStore && rateLimit === undefined)
    throw missing('rateLimit', 'a finite number above 0: what rateTracker grants per window');
  return options;
}

export function parseServices(services: readonly unknown[]): void {
  check(schemas.services, services, 'services');
}

export function parseProcessOptions<T extends object>(functions: T): T {
  return check(schemas.functions, functions);
}

/** Of a function of a user's own, which may give anything. */
export function parseTenantWeight(value: number): number {
  return check(tenantWeight, value, 'tenantWeights(tenant)');
}

/** The options that most calls have: known to be right without asking zod, which takes as long as the queue. */
const usualCallOptions = new Map<string, (value: unknown) => boolean>([
  ['priority', Number.isInteger],
  ['tenant', (value) => typeof value === 'string'],
  ['label', (value) => typeof value === 'string'],
]);

function areUsual(options: object): boolean {
  return Object.entries(options).every(([name, value]) => usualCallOptions.get(name)?.(value));
}

/** A copy, as its owner may change his own before somebody subscribes, or have a class of his own make it. */
export function parseCallOptions<T>(options: T): T {
  const own = isObject(options) ? { ...allOf(options) } : options;
  return isObject(own) && areUsual(own) ? own : check(schemas.call, own, 'call');
}

/** Inherited ones too: whoever reads an option does not ask whose it is. */
function allOf<T extends object>(options: T): T {
  const prototype: unknown = Object.getPrototypeOf(options);
  if (prototype === Object.prototype || prototype === null) return options;
  const known = Object.keys(schemas.call.def.shape);
  const read = known
    .filter((name) => name in options)
    .map((name) => [name, options[name as keyof T]]);
  return { ...options, ...(Object.fromEntries(read) as T) };
}

export function parseTimeBoundedUsageTrackerOptions<T>(options: T): T {
  return check(schemas.timeBoundedUsageTracker, options);
}

export function parseInMemoryRateTrackerOptions<T>(options: T): T {
  const isOverTracker = isObject(options) && 'rateTracker' in options;
  return check(isOverTracker ? schemas.overTracker : schemas.ownQuotas, options);
}

/** Options of the operator of which one excludes another, or needs it. */
interface OperatorOptions {
  readonly tracker?: unknown;
  readonly quotas?: unknown;
  readonly maxConcurrent?: unknown;
  readonly released$?: unknown;
}

export function parseRateLimitOptions<T extends OperatorOptions>(options: T): T {
  check(schemas.rateLimit, options);
  const { tracker, quotas, maxConcurrent, released$ } = options;
  if (tracker && quotas) throw conflict('quotas', 'tracker');
  if (!tracker && !quotas) throw missing('quotas', 'a list of quotas, or a tracker instead');
  if (maxConcurrent !== undefined && released$ === undefined)
    throw missing(
      'released$',
      'beside maxConcurrent an Observable that emits whenever a value has ended',
    );
  return options;
}

export function parseCallable<T>(option: string, value: T): T {
  return check(callable, value, option);
}

export function parseCallables<T>(callables: T): T {
  return check(schemas.callables, callables, 'callables');
}

export function parseShareInFlightOptions<T>(options: T): T {
  return check(schemas.shareInFlight, options);
}

export function parseFallbackOptions<T>(options: T): T {
  return check(schemas.fallback, options);
}

export function parseHedgeOptions<T>(options: T): T {
  return check(schemas.hedge, options);
}

export function parseObject<T extends object>(option: string, value: T): T {
  return check(anObject, value, option);
}

export function parseQuota<T extends object>(options: T): T {
  return { ...check(quotaSchema, options) };
}

/** A class that has no name of its own must be given one. */
export function parseServiceName(value: string): string {
  if (value !== '') return value;
  const allowed = "a class with a name, or with `static override readonly serviceName = '…'`";
  throw new InvalidOptionError('name', 'an empty text', allowed);
}

export function parseName(option: string, value: string): string {
  return check(name, value, option);
}

export function parseFunction<T>(option: string, value: T): T {
  return check(aFunction, value, option);
}

/** Asked for every call, so the schema only words the error. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

export function parseAmount(option: string, value: number): number {
  return isAmount(value) ? value : check(amount, value, option);
}

/** Checks what a user's function, or a reader, gave as the reading of a provider's answer. */
export function parseReading<T>(option: string, value: T): T {
  const limits = isObject(value) && 'limits' in value ? value.limits : undefined;
  if (Array.isArray(limits) && limits.every(isObject)) return value;
  throw new InvalidOptionError(option, kindOf(value), 'what readRateLimits or readFailure gives');
}

export function checkLimit(option: string, value: number): void {
  check(limitValue, value, option);
}

/** Of a live bound 0 is allowed too: it lets nothing out. */
export function checkConcurrency(option: string, value: number): void {
  if (value !== 0) check(concurrencyValue, value, option);
}

function isCallable(value: unknown): boolean {
  const methods = ['call', 'callAsync', 'expectedWait'];
  const hasName = isObject(value) && 'name' in value && typeof value.name === 'string';
  return hasName && methods.every((method) => hasMethod(value, method));
}

function conflict(option: string, other: string): InvalidOptionError {
  return new InvalidOptionError(option, `given beside ${other}`, 'one of them');
}

function missing(option: string, allowed: string): InvalidOptionError {
  return new InvalidOptionError(option, 'missing', allowed);
}
