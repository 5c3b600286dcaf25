import type { CallOptions as AllCallOptions } from '../call/call-options.js';

/** What a caller may say of one call. */
export type CallOptions = Pick<AllCallOptions, 'signal' | 'priority' | 'label'>;
