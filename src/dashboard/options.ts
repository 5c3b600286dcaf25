import * as z from 'zod/mini';
import { invalidOption, InvalidOptionError } from '../index.js';
import type { DashboardOptions } from './dashboard-options.js';
import type { DashboardService } from './dashboard-service.js';
import { isLoopback } from './http/is-loopback.js';

function kind(isAllowed: (value: unknown) => boolean, allowed: string) {
  return z.custom(isAllowed, allowed);
}

const LEAST_MS = 20;
const DAY_MS = 86_400_000;
const LEAST_TOKEN = 16;

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isWhole = (value: unknown): value is number => isNumber(value) && Number.isInteger(value);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';
const hasMethods = (value: unknown, ...names: readonly string[]) =>
  names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function');
const isBetween = (value: unknown, least: number, most: number) =>
  isNumber(value) && value >= least && value <= most;

const text = kind(isText, 'a text that is not empty');
const aFunction = kind((v) => typeof v === 'function', 'a function');

const limits = z.array(
  z.strictObject(
    {
      service: z.optional(text),
      unit: text,
      windowMs: z.optional(kind((v) => isNumber(v) && v > 0, 'a number above 0, in ms')),
      limit$: kind((v) => hasMethods(v, 'next'), "a Subject: the one given as the quota's limit"),
    },
    'an object',
  ),
  'a list of { service?, unit, windowMs?, limit$ }',
);

const schema = z.strictObject(
  {
    port: z.optional(kind((v) => isWhole(v) && v >= 0 && v < 65_536, 'a whole number to 65535')),
    host: z.optional(text),
    token: z.optional(
      kind(
        (v) => typeof v === 'string' && v.length >= LEAST_TOKEN && /^[\x21-\x7e]+$/.test(v),
        `a text of at least ${LEAST_TOKEN} visible ASCII characters`,
      ),
    ),
    title: z.optional(text),
    canPause: z.optional(kind((v) => typeof v === 'boolean', 'true or false')),
    limits: z.optional(limits),
    detailOf: z.optional(aFunction),
    everyMs: z.optional(
      kind((v) => isBetween(v, LEAST_MS, DAY_MS), `a number from ${LEAST_MS}, in ms`),
    ),
    historyMs: z.optional(
      kind((v) => isBetween(v, 1_000, DAY_MS), 'a number from 1000 to a day, in ms'),
    ),
    scheduler: z.optional(kind((v) => hasMethods(v, 'now', 'schedule'), 'an RxJS scheduler')),
  },
  'an object',
);

const SERVICES = 'a service, or a list of one or more';
const services = z.array(
  kind((v) => hasMethods(v, 'pause', 'resume', 'toJSON'), 'a service'),
  SERVICES,
);

/**
 * Checks what `serveDashboard` was given.
 *
 * @internal
 */
export function parseDashboardOptions(options: DashboardOptions): DashboardOptions {
  const issue = z.safeParse(schema, options).error?.issues[0];
  if (issue)
    throw invalidOption(issue, options, '', (path) =>
      Object.keys(path.length > 0 ? limits.def.element.shape : schema.shape),
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

/**
 * Checks the services, and makes one a list of one.
 *
 * @internal
 */
export function parseDashboardServices(
  given: DashboardService | readonly DashboardService[],
): readonly DashboardService[] {
  const list = [given].flat() as readonly DashboardService[];
  const issue = z.safeParse(services, list).error?.issues[0];
  if (issue) throw invalidOption(issue, list, 'services', () => []);
  if (list.length === 0) throw new InvalidOptionError('services', 'an empty list', SERVICES);
  const names = list.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidOptionError('services', `two named '${twice}'`, 'services of different names');
  return list;
}

/**
 * A limit that the page changes must be one that a service has.
 *
 * @internal
 */
export function checkLimitsExist(
  { limits: changeable = [] }: DashboardOptions,
  list: readonly DashboardService[],
): void {
  for (const [index, { service, unit, windowMs }] of changeable.entries()) {
    const quotas = list
      .filter(({ name }) => service === undefined || name === service)
      .flatMap((one) => one.toJSON().quotas);
    const isThere = quotas.some(
      (quota) => quota.unit === unit && (windowMs ?? quota.windowMs) === quota.windowMs,
    );
    if (isThere) continue;
    const known = quotas.map((quota) => `${quota.unit} in ${quota.windowMs} ms`).join(', ');
    throw new InvalidOptionError(
      `limits[${index}]`,
      'of no quota',
      `one of ${known || list.map(({ name }) => name).join(', ')}`,
    );
  }
}
