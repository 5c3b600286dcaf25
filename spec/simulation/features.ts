/** What a seed may switch on, and with what chance: each seed has some of them. */
const CHANCES = {
  // what the provider, and the work, does
  failures: 0.5,
  refusals: 0.5,
  'long waits': 0.5,
  streams: 0.5,
  thenables: 0.5,
  hangs: 0.5,
  slow: 0.5,
  reports: 0.5,
  provider: 0.4,
  headers: 0.3,
  jitter: 0.5,
  'no margin': 0.1,
  'other users': 0.1,
  underestimates: 0.2,
  // what callers do
  cancels: 0.5,
  'shared signals': 0.3,
  priorities: 0.5,
  tenants: 0.5,
  timeouts: 0.5,
  deadlines: 0.5,
  'call events': 0.5,
  promises: 0.5,
  forecasts: 0.5,
  haste: 0.5,
  meddling: 0.5,
  watchers: 0.5,
  // what the owner of the service does
  bounds: 0.5,
  limits: 0.5,
  pauses: 0.5,
  closes: 0.5,
  learning: 0.35,
  resources: 0.3,
  'full queues': 0.5,
  'drop-oldest': 0.5,
  'bad weights': 0.5,
  // whose code throws
  'throwing callers': 0.2,
  'throwing listeners': 0.2,
  'throwing teardowns': 0.2,
  'throwing costs': 0.2,
  'throwing usages': 0.2,
  'failing limits': 0.2,
  // what time does
  'coarse times': 0.5,
  'clock steps': 0.2,
  'early timers': 0.3,
  // how much of it all
  many: 0.4,
  thousands: 0.02,
} as const;

export type Feature = keyof typeof CHANCES;

export const FEATURES = Object.keys(CHANCES) as Feature[];

export function chanceOf(feature: Feature): number {
  return CHANCES[feature];
}
