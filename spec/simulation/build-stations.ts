import type { ObservableInput } from 'rxjs';
import type { CallContext, LLMServiceOptions } from '../../src/index.js';
import { HeldResources } from './held-resources.js';
import { keepBooks } from './keep-books.js';
import { LiveLimit } from './live-limit.js';
import { PlantedError } from './planted.js';
import { ProviderWork } from './provider-work.js';
import { type Limits, LONGEST_BACK_OFF_MS, LONGEST_REFUSAL_MS, Sharing } from './sharing.js';
import type { Simulation } from './simulation.js';
import { SimulatedService } from './simulated-service.js';
import { Station } from './station.js';
import type { Temper } from './station-parts.js';
import { timesOf, weightsOf } from './wishes.js';
import { Work } from './work.js';

/** One to three services, each of its own temper. */
export function buildStations(run: Simulation): Sharing {
  const sharing = new Sharing(run);
  for (let index = run.int(0, 2); index >= 0; index--)
    run.stations.push(buildStation(run, sharing.limits()));
  return sharing;
}

function buildStation(run: Simulation, limits: Limits): Station {
  const index = run.stations.length;
  const range = { least: 0, most: 5 * run.scale, healthy: 3 * run.scale };
  const bound = new LiveLimit(run.int(1, 5) * run.scale, range);
  const temper = temperOf(run);
  const problem = (what: string) => run.problem(`${service.name}: ${what}`);
  const resources = new HeldResources(run, problem);
  const options = {
    modelName: 'm',
    serviceTag: `-${index}`,
    maxConcurrentJobs: bound.value$,
    ...limits.options,
    ...optionsOf(run, temper),
  };
  const functions = functionsOf(run, index, workOf(run, limits));
  const service: SimulatedService = new SimulatedService(options, {
    ...functions,
    acquire: () => resources.acquire(),
    release: () => resources.release(run.stations[index]!.works.size),
  });
  const { books, sharesTracker } = limits;
  if (!sharesTracker) {
    run.plant.tracker?.(service.tracker, run);
    keepBooks(run, service.tracker, books);
  }
  run.plant.service?.(service, run);
  const parts = { run, index, service, bound, books, resources, sharesTracker, problem };
  return new Station({ ...parts, ...temper });
}

function temperOf(run: Simulation): Temper {
  const retry = {
    maxAttempts: run.int(1, 6),
    baseMs: run.ms(1, 400),
    maxMs: LONGEST_BACK_OFF_MS,
    share: run.pick([0, 0.2, 1, Infinity]),
    atLeast: run.int(0, 6),
    maxRetryAfterMs: LONGEST_REFUSAL_MS,
    random: () => run.pick([0, run.draw()]),
  };
  return {
    retry,
    queueLimit: run.has('full queues') ? run.int(0, 6 * run.scale) : Infinity,
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

type Begin = (station: Station, tokens: number, context: CallContext) => ObservableInput<string>;

function workOf(run: Simulation, { provider }: Limits): Begin {
  const work = provider ? new ProviderWork(run, provider) : new Work(run);
  return (station, tokens, context) => work.begin(station, tokens, context);
}

function functionsOf(run: Simulation, index: number, begin: Begin) {
  const station = () => run.stations[index]!;
  return {
    // Nothing is drawn where somebody asks how long he would have to wait: it must make no difference.
    costOf: (tokens: number) => {
      if (run.features.has('throwing costs') && tokens % 17 === 0) throw new PlantedError('cost');
      return station().crowd.costOf(tokens);
    },
    usageOf: (response: string) => {
      if (response === 'unreadable') throw new PlantedError('usage');
      return undefined;
    },
    process: (tokens: number, context: CallContext) => {
      const { refunds } = station();
      refunds.begin(context.callId);
      tellReports(station(), context);
      try {
        return begin(station(), tokens, context);
      } catch (error) {
        refunds.failed(context.callId, error);
        throw error;
      }
    },
  };
}

/** Writes down that the work has reported what it uses. */
function tellReports({ refunds }: Station, context: CallContext): void {
  const reportUsage = context.reportUsage.bind(context);
  context.reportUsage = (usage, options) => {
    refunds.reported(context.callId);
    reportUsage(usage, options);
  };
}
