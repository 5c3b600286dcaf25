import { BehaviorSubject } from 'rxjs';
import { type CallContext, LLMService, type LLMServiceOptions } from '../../src/index.js';
import { keepBooks } from './keep-books.js';
import { type Limits, Sharing } from './sharing.js';
import type { Simulation } from './simulation.js';
import { Station } from './station.js';
import type { Temper } from './station-parts.js';
import { timesOf, weightsOf } from './wishes.js';
import { Work } from './work.js';

/** One to three services, each of its own temper. */
export function buildStations(run: Simulation): void {
  const sharing = new Sharing(run);
  const work = new Work(run);
  for (let index = run.int(0, 2); index >= 0; index--)
    run.stations.push(buildStation(run, work, sharing.limits()));
}

function buildStation(run: Simulation, work: Work, limits: Limits): Station {
  const bound$ = new BehaviorSubject(run.int(1, 5));
  const temper = temperOf(run);
  const service = LLMService.of<number, string>({
    modelName: 'm',
    serviceTag: `-${run.stations.length}`,
    maxConcurrentJobs: bound$,
    ...limits.options,
    ...optionsOf(run, temper),
    ...processOf(run, work),
  });
  const { books, sharesTracker } = limits;
  if (!sharesTracker) keepBooks(service.tracker, books);
  const problem = (what: string) =>
    run.problems.push(`${service.name} at ${run.time.now()}: ${what}`);
  return new Station({ run, service, bound$, books, sharesTracker, problem, ...temper });
}

function temperOf(run: Simulation): Temper {
  const retry = {
    maxAttempts: run.int(1, 6),
    baseMs: run.ms(1, 400),
    share: run.pick([0, 0.2, 1, Infinity]),
    atLeast: run.int(0, 6),
    maxRetryAfterMs: 3_000,
    random: () => run.pick([0, run.draw()]),
  };
  return {
    retry,
    queueLimit: run.has('full queues') ? run.int(0, 6) : Infinity,
    whenQueueFull: run.has('drop-oldest') ? 'drop-oldest' : 'refuse',
    defaults: run.has('timeouts') && run.chance(0.3) ? timesOf(run) : {},
  };
}

function optionsOf(run: Simulation, { defaults, ...temper }: Temper): Partial<LLMServiceOptions> {
  return {
    ...defaults,
    ...temper,
    scheduler: run.scheduler,
    ...(run.has('tenants') && { tenantWeights: weightsOf(run) }),
    ...(run.has('learning') && { learnOutput: { atLeast: 3 } }),
  };
}

function processOf(run: Simulation, work: Work) {
  const index = run.stations.length;
  const station = () => run.stations[index]!;
  return {
    costOf: (tokens: number) => station().crowd.costOf(tokens),
    process: (tokens: number, context: CallContext) => work.begin(station(), tokens, context),
  };
}
