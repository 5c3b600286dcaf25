import type { CallOptions, CallTimeouts, TenantWeights } from '../../src/index.js';
import type { Simulation } from './simulation.js';

const TENANTS = [undefined, 'a', 'b', 'c'];

/** Some of the four times, each too short now and then. */
export function timesOf(run: Simulation): CallTimeouts {
  return {
    ...(run.chance(0.3) && { timeout: run.ms(50, 3_000) }),
    ...(run.chance(0.3) && { queueTimeout: run.ms(1, 1_500) }),
    ...(run.chance(0.3) && { firstChunkTimeout: run.ms(1, 300) }),
    ...(run.chance(0.3) && { chunkTimeout: run.ms(1, 300) }),
  };
}

/** Weights that are known, or asked for; who is asked may fail. */
export function weightsOf(run: Simulation): TenantWeights {
  const weights: Readonly<Record<string, number>> = { a: run.int(1, 4), b: 0.5 };
  if (run.chance(0.5)) return weights;
  return (tenant = '') => {
    // Nothing is drawn: how often it is asked must make no difference.
    const isBad = run.has('bad weights') && (run.now + tenant.length) % 19 === 0;
    return isBad ? NaN : (weights[tenant] ?? 1);
  };
}

/** What one caller wants of one call. */
export function wishesOf(run: Simulation): CallOptions {
  const ms = run.ms(0, 2_000);
  return {
    ...(run.has('priorities') && { priority: run.int(-1, 1) }),
    ...(run.has('tenants') && { tenant: run.pick(TENANTS) }),
    ...(run.chance(0.7) && { label: run.pick(['x', 'y']) }),
    ...(run.has('timeouts') && run.chance(0.5) && timesOf(run)),
    ...(run.has('deadlines') &&
      run.chance(0.3) && { deadline: run.chance(0.5) ? ms : new Date(run.time.now() + ms - 50) }),
  };
}
