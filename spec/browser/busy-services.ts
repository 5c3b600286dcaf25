import { map, of, switchMap, throwError, timer } from 'rxjs';
import {
  budget,
  LLMService,
  requestsPerMinute,
  seededRandom,
  tokensPerMinute,
} from '../../src/index.js';
import { VirtualTime } from '../../src/testing/index.js';

/** What one of the services is asked for. */
interface Workload {
  readonly name: string;
  readonly modelName: string;
  readonly labels: readonly string[];
  readonly perMinute: number;
  readonly tokens: number;
  readonly tokenLimit: number;
}

const MINUTE_MS = 60_000;
const HISTORY_MS = 10 * MINUTE_MS;
/** A morning, so that the times beside events look like some. */
const BEGIN = Date.UTC(2026, 0, 15, 9, 20);
const TENANTS = ['acme', 'globex', 'initech'];
const USD_PER_TOKEN = 4e-6;

const WORKLOADS: readonly Workload[] = [
  {
    name: 'summaries',
    modelName: 'gpt-5-mini',
    labels: ['summary', 'headline', 'facts'],
    perMinute: 58,
    tokens: 1_500,
    tokenLimit: 100_000,
  },
  {
    name: 'support chat',
    modelName: 'gpt-5',
    labels: ['answer', 'follow-up'],
    perMinute: 24,
    tokens: 2_200,
    tokenLimit: 80_000,
  },
  {
    name: 'search',
    modelName: 'gpt-5-mini',
    labels: ['rerank', 'rewrite'],
    perMinute: 70,
    tokens: 400,
    tokenLimit: 60_000,
  },
];

/** Services after ten busy minutes, which have passed in virtual time; it stands still when they are made. */
export class BusyServices {
  readonly scheduler = morning();
  private readonly chance = seededRandom(1);
  readonly services = WORKLOADS.map((workload) => this.serviceOf(workload));

  /** Lets the ten minutes pass: waves of calls, more of which come than the quotas let out at their height. */
  work(): void {
    for (let at = 0; at < HISTORY_MS; at += 100) {
      const wave = 1 + Math.sin(at / 27_000) * 0.6 + Math.sin(at / 9_000) * 0.2;
      WORKLOADS.forEach((workload, index) => {
        if (this.chance() < (workload.perMinute * wave) / 600) this.call(index, workload);
      });
      this.scheduler.advance(100);
    }
  }

  private call(index: number, { labels }: Workload): void {
    const label = labels[Math.floor(this.chance() * labels.length)];
    const tenant = TENANTS[Math.floor(this.chance() ** 2 * TENANTS.length)];
    const priority = this.chance() < 0.3 ? 5 : 0;
    const call$ = this.services[index]!.call('…', { label, tenant, priority });
    const calling = call$.subscribe({ error: () => {} });
    if (this.chance() < 0.02) timer(4_000, this.scheduler).subscribe(() => calling.unsubscribe());
  }

  private serviceOf(workload: Workload) {
    const { scheduler, chance } = this;
    const { modelName, tokenLimit } = workload;
    return new (classOf(workload, scheduler, chance))({
      modelName,
      scheduler,
      maxConcurrentJobs: 12,
      quotas: [
        tokensPerMinute(tokenLimit),
        requestsPerMinute(90),
        budget({ unit: 'usd', limit: 5 }),
      ],
    });
  }
}

/** A class each, as a service is shown by its class's name. */
function classOf({ name, tokens }: Workload, scheduler: VirtualTime, chance: () => number) {
  return class extends LLMService<string, number> {
    static override readonly serviceName = name;

    protected process() {
      return timer(1_500 + chance() ** 3 * 9_000, scheduler).pipe(
        switchMap(() => (chance() < 0.015 ? overloaded() : of(0))),
        map(() => Math.round(tokens * (0.6 + chance() * 0.7))),
      );
    }

    protected override costOf() {
      return { tokens: tokens * 1.3, usd: tokens * 1.3 * USD_PER_TOKEN };
    }

    protected override usageOf(used: number) {
      return { tokens: used, usd: used * USD_PER_TOKEN };
    }
  };
}

function morning(): VirtualTime {
  const time = new VirtualTime();
  time.step(BEGIN);
  return time;
}

function overloaded() {
  return throwError(() => Object.assign(new Error('Overloaded'), { status: 529 }));
}
