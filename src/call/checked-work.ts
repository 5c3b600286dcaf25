import type { ObservableInput } from 'rxjs';
import type { CallContext } from './call-context.js';
import type { Work } from './call-worker.js';
import type { Done } from '../resources.js';
import type { Failure } from '../retry/failure.js';
import { readCost, readUsage } from '../usage/read-usage.js';
import type { Usage } from '../usage/usage.js';

/** All that a service's own code does; it may give anything. */
export interface ServiceWork<Request, Response> extends Omit<Work<Request, Response>, 'usageOf'> {
  costOf(request: Request): Usage | number | undefined;
  usageOf(response: Response): Usage | number | undefined;
  acquireResources(): Done;
  releaseResources(): Done;
}

const UNKNOWN: Usage = Object.freeze({});

/** The same, with costs and usages that are what they should be. */
export class CheckedWork<Request, Response> implements Work<Request, Response> {
  constructor(
    private readonly work: ServiceWork<Request, Response>,
    private readonly units: readonly string[],
  ) {}

  process(request: Request, context: CallContext): ObservableInput<Response> {
    return this.work.process(request, context);
  }

  costOf(request: Request): Usage {
    const cost = this.work.costOf(request);
    return cost === undefined ? UNKNOWN : readCost(cost, this.units, 'costOf(request)');
  }

  usageOf(response: Response): Usage | undefined {
    const usage = this.work.usageOf(response);
    return usage === undefined ? undefined : readUsage(usage, this.units, 'usageOf(response)');
  }

  failureOf(error: unknown): Failure {
    return this.work.failureOf(error);
  }
}
