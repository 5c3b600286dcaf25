import * as z from 'zod/mini';
import { invalidOption, parseCallOptions } from '../index.js';
import type { CallSignalOptions } from './call-signal-options.js';
import { hasMethods, isFunction } from './is.js';
import type { SamplingOptions } from './sampling-options.js';

/** One kind of value: how to know it, and what to say is allowed. */
interface Kind {
  readonly isAllowed: (value: unknown) => boolean;
  readonly allowed: string;
}

function kind(isAllowed: Kind['isAllowed'], allowed: string): Kind {
  return { isAllowed, allowed };
}

const aFunction = kind(isFunction, 'a function');
const injector = kind((v) => hasMethods(v, 'get'), 'an Injector of Angular');
const scheduler = kind((v) => hasMethods(v, 'now', 'schedule'), 'an RxJS scheduler');
const interval = kind(
  (v) => typeof v === 'number' && v >= 0 && v < Infinity,
  'a number, 0 or more, in ms',
);

export const parseSampling: (options: SamplingOptions) => SamplingOptions = parserOf({
  everyMs: interval,
  scheduler,
  injector,
});

const checkCallSignal = parserOf({
  initialValue: kind(() => true, 'anything'),
  accumulate: aFunction,
  callOptions: kind(() => true, 'options of calls'),
  injector,
});

/** What is said of all calls is looked at now; what a function says of one is when it is made. */
export function parseCallSignal<T extends CallSignalOptions<never>>(options: T): T {
  checkCallSignal(options);
  const { callOptions } = options;
  if (callOptions !== undefined && typeof callOptions !== 'function') parseCallOptions(callOptions);
  return options;
}

/** Checks options, all of which may be left out; the schema is made at first use. */
function parserOf(kinds: Readonly<Record<string, Kind>>): <T>(input: T) => T {
  let schema: z.ZodMiniObject | undefined;
  return (input) => {
    schema ??= z.strictObject(mapped(kinds), 'an object');
    const issue = z.safeParse(schema, input).error?.issues[0];
    if (issue) throw invalidOption(issue, input, '', () => Object.keys(kinds));
    return input;
  };
}

function mapped(kinds: Readonly<Record<string, Kind>>) {
  const all = Object.entries(kinds);
  return Object.fromEntries(
    all.map(([name, one]) => [name, z.optional(z.custom(one.isAllowed, one.allowed))]),
  );
}
