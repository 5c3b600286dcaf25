import * as z from 'zod/mini';
import { invalidOption, InvalidOptionError, type ServiceState } from '../../index.js';
import type { DashboardService } from '../dashboard-service.js';
import { hasMethods, isText, kind } from './kinds.js';

const ALLOWED = 'a service, or a list of one or more';

const schema = z.array(
  kind(isService, 'a service: name, events$, pause, resume and toJSON'),
  ALLOWED,
);

/**
 * Checks the services, and makes one a list of one.
 *
 * @internal
 */
export function parseDashboardServices(
  given: DashboardService | readonly DashboardService[],
): readonly DashboardService[] {
  const list = [given].flat() as readonly DashboardService[];
  const issue = z.safeParse(schema, list).error?.issues[0];
  if (issue) throw invalidOption(issue, list, 'services', () => []);
  if (list.length === 0) throw new InvalidOptionError('services', 'an empty list', ALLOWED);
  checkNames(list.map(({ name }) => name));
  for (const [index, service] of list.entries()) checkState(service, index);
  return list;
}

function isService(value: unknown): boolean {
  if (!hasMethods(value, 'pause', 'resume', 'toJSON')) return false;
  const { name, events$ } = value as Partial<Record<keyof DashboardService, unknown>>;
  return isText(name) && hasMethods(events$, 'subscribe');
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidOptionError('services', `two named '${twice}'`, 'services of different names');
}

/** One that cannot say what it does now would be nowhere on the page. */
function checkState(service: DashboardService, index: number): void {
  if (Array.isArray(stateOf(service)?.quotas)) return;
  throw new InvalidOptionError(
    `services[${index}]`,
    'one whose toJSON throws or gives no state',
    'one whose toJSON gives its state',
  );
}

function stateOf(service: DashboardService): Partial<ServiceState> | undefined {
  try {
    return service.toJSON();
  } catch {
    return undefined;
  }
}
