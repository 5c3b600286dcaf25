import { RxllmError } from './rxllm-error.js';

/** The call costs more than a quota's whole limit, or than what is left of a budget: waiting cannot help. */
export class QuotaExceededError extends RxllmError {
  static override readonly code = 'QUOTA_EXCEEDED';

  constructor(
    /** The unit of the quota: `'tokens'`, `'requests'`, … */
    readonly unit: string,
    /** What the call costs, in that unit. */
    readonly cost: number,
    /** What the quota grants in a whole window. */
    readonly limit: number,
    /** Of a budget: what is used of it for good. */
    readonly used?: number,
  ) {
    super(
      QuotaExceededError.code,
      used === undefined
        ? `a call that costs ${cost} ${unit} can never fit into a limit of ${limit}; ` +
            'make the request smaller or raise the limit'
        : `a call that costs ${cost} ${unit} does not fit into what is left of a budget of ${limit}, ` +
            `of which ${used} are used; raise the limit, or make a new service for a new budget`,
    );
  }
}
