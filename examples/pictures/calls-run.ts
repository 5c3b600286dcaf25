import { map, timer, VirtualTimeScheduler } from 'rxjs';
import { InMemoryRateTracker, LLMService, quota, type ServiceEvent } from 'rxllm';
import type { Level } from './level.js';

export const LIMIT = 1000;
export const WINDOW_MS = 1000;
export const MARGIN_MS = 250;

const ANSWER_MS = 300;

interface Call {
  readonly label: string;
  /** Tokens that it reserves. */
  readonly cost: number;
  /** Tokens that it really uses. */
  readonly used: number;
}

/** Those of the README, all queued at 0 ms. */
const CALLS: readonly Call[] = [
  { label: 'a', cost: 800, used: 300 },
  { label: 'b', cost: 700, used: 700 },
  { label: 'c', cost: 200, used: 200 },
];

/** What one call does to the window; times in ms. */
export interface CallSpan {
  readonly label: string;
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly settledAt: number;
  readonly leavesAt: number;
  readonly reserved: number;
  readonly settledTo: number;
}

export interface CallsRun {
  readonly spans: readonly CallSpan[];
  /** As the quota itself says. */
  readonly levels: readonly Level[];
}

/** Lets the calls through one quota, and writes down what its service and the quota say. */
export function runCalls(): CallsRun {
  const scheduler = new VirtualTimeScheduler();
  const tokens = quota({
    unit: 'tokens',
    limit: LIMIT,
    windowMs: WINDOW_MS,
    marginMs: MARGIN_MS,
  });
  const rateTracker = new InMemoryRateTracker({ quotas: [tokens], scheduler });
  const service = LLMService.of({
    modelName: 'echo-1',
    rateTracker,
    scheduler,
    costOf: ({ cost }: Call) => ({ tokens: cost }),
    process: ({ used }) => timer(ANSWER_MS, scheduler).pipe(map(() => used)),
    usageOf: (used) => ({ tokens: used }),
  });
  const events: ServiceEvent[] = [];
  const levels: Level[] = [];
  service.events$.subscribe((event) => events.push(event));
  rateTracker.quotas$.subscribe(([state]) =>
    levels.push({ at: scheduler.now(), tokens: state?.used ?? 0 }),
  );
  for (const call of CALLS) service.call(call, { label: call.label }).subscribe();
  scheduler.flush();
  return { spans: CALLS.map((call) => spanOf(call, events)), levels: lastOfEachInstant(levels) };
}

function spanOf({ label, cost }: Call, events: readonly ServiceEvent[]): CallSpan {
  const eventOf = <T extends ServiceEvent['type']>(type: T) =>
    events.find(
      (event): event is ServiceEvent & { type: T } => event.type === type && event.label === label,
    );
  const [queued, started, completed] = [
    eventOf('queued'),
    eventOf('started'),
    eventOf('completed'),
  ];
  if (!queued || !started || !completed) throw new Error(`${label} was not answered`);
  return {
    label,
    queuedAt: queued.at,
    startedAt: started.at,
    settledAt: completed.at,
    leavesAt: started.at + WINDOW_MS + MARGIN_MS,
    reserved: cost,
    settledTo: completed.usage?.['tokens'] ?? cost,
  };
}

function lastOfEachInstant(levels: readonly Level[]): Level[] {
  return levels.filter(({ at }, index) => levels[index + 1]?.at !== at);
}
