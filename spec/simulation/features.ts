/** What a seed may switch on: each seed has some of them. */
export const FEATURES = ['failures', 'refusals', 'long waits', 'streams', 'thenables', 'hangs', 'cancels', 'bounds', 'limits', 'meddling', 'priorities', 'reports', 'closes', 'watchers', 'full queues', 'drop-oldest', 'learning', 'many', 'tenants', 'timeouts', 'deadlines', 'pauses', 'call events', 'promises', 'forecasts', 'haste', 'coarse times', 'bad weights'] as const; // prettier-ignore
export type Feature = (typeof FEATURES)[number];
