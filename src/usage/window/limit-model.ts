/** How a provider can count: the names that a quota's `model` takes. */
export const LIMIT_MODELS = ['sliding-window', 'token-bucket', 'fixed-window'] as const;

/** Name of a way to count. */
export type LimitModel = (typeof LIMIT_MODELS)[number];
