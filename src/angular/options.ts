import { InjectionToken } from '@angular/core';
import { isObservable, type Observable } from 'rxjs';
import * as z from 'zod/mini';
import { InvalidOptionError, invalidOption, kindOf, parseCallOptions } from '../index.js';
import type { CallSignalOptions } from './call-signal-options.js';
import type { SamplingOptions } from './sampling-options.js';

/** One kind of value: how to know it, and what to say is allowed. */
function kind(isAllowed: (value: unknown) => boolean, allowed: string) {
  return z.custom(isAllowed, allowed);
}

const isFunction = (value: unknown) => typeof value === 'function';
const hasMethods = (value: unknown, ...names: readonly string[]) =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => isFunction((value as Record<string, unknown>)[name]));

const aFunction = kind(isFunction, 'a function');
const injector = kind((v) => hasMethods(v, 'get'), 'an Injector of Angular');
const scheduler = kind((v) => hasMethods(v, 'now', 'schedule'), 'an RxJS scheduler');
const interval = kind(
  (v) => typeof v === 'number' && v >= 0 && v < Infinity,
  'a number, 0 or more, in ms',
);

const samplingSchema = z.strictObject(
  {
    everyMs: z.optional(interval),
    scheduler: z.optional(scheduler),
    injector: z.optional(injector),
  },
  'an object',
);

const callSignalSchema = z.strictObject(
  {
    initialValue: z.optional(z.unknown()),
    accumulate: z.optional(aFunction),
    callOptions: z.optional(z.unknown()),
    injector: z.optional(injector),
  },
  'an object',
);

export function parseSampling(options: SamplingOptions): SamplingOptions {
  return check(samplingSchema, options);
}

/** What is said of all calls is looked at now; what a function says of one is when it is made. */
export function parseCallSignal<T extends CallSignalOptions<never>>(options: T): T {
  check(callSignalSchema, options);
  const { callOptions } = options;
  if (callOptions !== undefined && typeof callOptions !== 'function') parseCallOptions(callOptions);
  return options;
}

export function parseToken<T>(token: T): T {
  const isToken = isFunction(token) || token instanceof InjectionToken;
  return isToken ? token : refuse('token', token, 'an InjectionToken, or a class');
}

export function parseFactory<T>(factory: T): T {
  return isFunction(factory) ? factory : refuse('factory', factory, 'a function');
}

export function parseProvided<T>(token: string, service: T): T {
  const allowed = 'a service: what the factory returns, and no promise of one';
  return hasMethods(service, 'close') ? service : refuse(`factory of ${token}`, service, allowed);
}

export function parseCallable<T>(service: T): T {
  return hasMethods(service, 'call')
    ? service
    : refuse('service', service, 'a service, or several made into one');
}

export function parseRequest<T>(request: T): T {
  return isFunction(request)
    ? request
    : refuse('request', request, 'a signal, or a function that reads signals');
}

/** The stream of that name which a service has. */
export function parseStream<Name extends string, T>(
  service: Readonly<Record<Name, Observable<T>>>,
  name: Name,
): Observable<T> {
  const stream$ = (service as Partial<typeof service> | undefined)?.[name];
  return isObservable(stream$)
    ? stream$
    : refuse('service', service, `a service, which has ${name}`);
}

function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidOptionError(option, kindOf(value), allowed);
}

function check<T>(schema: z.ZodMiniObject, input: T): T {
  const issue = z.safeParse(schema, input).error?.issues[0];
  if (issue) throw invalidOption(issue, input, '', () => Object.keys(schema.shape));
  return input;
}
