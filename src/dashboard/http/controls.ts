import type { ChangeableLimit, DashboardOptions } from '../dashboard-options.js';
import type { DashboardService } from '../dashboard-service.js';
import { keyed } from '../feed/quota-sample.js';
import type { QuotaState } from '../../index.js';
import { isLimitOf } from '../options/is-limit-of.js';
import type { Control } from '../protocol.js';
import { RefusedRequest } from './refused-request.js';

/**
 * Does what a page asks for, where that is allowed.
 *
 * @internal
 */
export class Controls {
  constructor(
    private readonly services: readonly DashboardService[],
    private readonly options: Pick<DashboardOptions, 'canPause' | 'limits'>,
  ) {}

  /** Where the new limit of such a quota goes; undefined where it may not be changed. */
  limitOf(service: string, quota: QuotaState): ChangeableLimit | undefined {
    return this.options.limits?.find((limit) => isLimitOf(limit, service, quota));
  }

  /** @throws RefusedRequest 400, 403 or 404 */
  do(control: unknown): void {
    const asked = controlIn(control);
    const service = this.services.find(({ name }) => name === asked.service);
    if (!service) throw new RefusedRequest(404, 'There is no service of this name.');
    if (asked.action === 'limit') this.setLimit(service, asked.quota, asked.limit);
    else this.pause(service, asked.action);
  }

  private pause(service: DashboardService, action: 'pause' | 'resume'): void {
    if (this.options.canPause !== true)
      throw new RefusedRequest(403, 'Pausing is not allowed here: see the option canPause.');
    service[action]();
  }

  private setLimit(service: DashboardService, key: string, limit: number): void {
    const [, quota] = keyed(service.toJSON().quotas).find(([one]) => one === key) ?? [];
    if (!quota) throw new RefusedRequest(404, 'There is no such quota.');
    const changeable = this.limitOf(service.name, quota);
    if (!changeable)
      throw new RefusedRequest(403, 'This limit may not be changed here: see the option limits.');
    if (!(limit > 0 && limit < Infinity))
      throw new RefusedRequest(400, 'A limit is a finite number above 0.');
    changeable.limit$.next(limit);
  }
}

/** What a page sends could be anything. */
function controlIn(value: unknown): Control {
  const { service, action, quota, limit } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof service !== 'string') throw new RefusedRequest(400, 'service is missing.');
  if (action === 'pause' || action === 'resume') return { service, action };
  if (action !== 'limit') throw new RefusedRequest(400, 'action is pause, resume or limit.');
  if (typeof quota !== 'string') throw new RefusedRequest(400, 'quota is missing.');
  if (typeof limit !== 'number') throw new RefusedRequest(400, 'limit is no number.');
  return { service, action, quota, limit };
}
