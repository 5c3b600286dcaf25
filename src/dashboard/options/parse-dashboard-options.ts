import * as z from 'zod/mini';
import { invalidOption, InvalidOptionError } from '../../index.js';
import type { DashboardOptions } from '../dashboard-options.js';
import { isLoopback } from '../http/is-loopback.js';
import { hasMethods, isBetween, isNumber, kind, text } from './kinds.js';

const LEAST_MS = 20;
const DAY_MS = 86_400_000;
const LEAST_TOKEN = 16;

const isPort = (value: unknown) => isBetween(value, 0, 65_535) && Number.isInteger(value);
const isToken = (value: unknown) =>
  typeof value === 'string' && value.length >= LEAST_TOKEN && /^[\x21-\x7e]+$/.test(value);

const limit = z.strictObject(
  {
    service: z.optional(text),
    unit: text,
    windowMs: z.optional(kind((v) => isNumber(v) && v > 0, 'a number above 0, in ms')),
    limit$: kind((v) => hasMethods(v, 'next'), "a Subject: the one given as the quota's limit"),
  },
  'an object',
);

const schema = z.strictObject(
  {
    port: z.optional(kind(isPort, 'a whole number from 0 to 65535')),
    host: z.optional(text),
    token: z.optional(kind(isToken, `a text of at least ${LEAST_TOKEN} visible ASCII characters`)),
    title: z.optional(text),
    canPause: z.optional(kind((v) => typeof v === 'boolean', 'true or false')),
    limits: z.optional(z.array(limit, 'a list of { service?, unit, windowMs?, limit$ }')),
    detailOf: z.optional(kind((v) => typeof v === 'function', 'a function')),
    everyMs: z.optional(
      kind((v) => isBetween(v, LEAST_MS, DAY_MS), `a number from ${LEAST_MS} to a day, in ms`),
    ),
    historyMs: z.optional(
      kind((v) => isBetween(v, 1_000, DAY_MS), 'a number from 1000 to a day, in ms'),
    ),
    scheduler: z.optional(kind((v) => hasMethods(v, 'now', 'schedule'), 'an RxJS scheduler')),
  },
  'an object',
);

/**
 * Checks how a dashboard is to be served.
 *
 * @internal
 */
export function parseDashboardOptions(options: DashboardOptions): DashboardOptions {
  const issue = z.safeParse(schema, options).error?.issues[0];
  if (issue)
    throw invalidOption(issue, options, '', (path) =>
      Object.keys(path.length > 0 ? limit.shape : schema.shape),
    );
  const { host, token } = options;
  if (host !== undefined && !isLoopback(host) && token === undefined)
    throw new InvalidOptionError(
      'token',
      'missing',
      `a secret text, as host '${host}' is not only this machine`,
    );
  return options;
}
