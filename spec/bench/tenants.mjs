// What fair shares cost: 100,000 calls of 1,000 tenants, 100 each, all of one priority, in a random
// order that is the same in every run, queued behind one that holds the only permit and then let out
// one by one. CPU per call, queued and drained, beside as many of one tenant; and the same with costs
// of 1 to 50. One permit, so that shares can be checked: that after any 1,000 starts two tenants who
// both still wait are further apart, in what was let out for them, than twice the largest call (with
// costs of 1, that one of them has had more than one call more or less than its share), or that a
// tenant's own calls do not keep their order, fails the run.
//
// Must (figure of the issue that asked for this benchmark): at most 2 of a plain queue.
import { drainCost } from './held.mjs';
import { row } from './table.mjs';
import { seededRequests, shuffled } from './workload.mjs';

const CALLS = 100_000;
const TENANTS = 1000;
const MUST = 2;
const BASE = 'rxllm, 1 tenant';

export const title = '100,000 calls of 1,000 tenants, queued up front, then drained one by one';
export const rounds = 5;
export const cases = [
  { name: 'rxllm, no options', tenants: 0 },
  { name: BASE, tenants: 1 },
  { name: 'rxllm, 1,000 tenants', tenants: TENANTS, judged: true },
  { name: 'rxllm, 1,000 tenants, costs of 1 to 50', tenants: TENANTS, hasWeights: true },
];

export async function measure({ tenants, hasWeights = false }) {
  const requests = requestsOf(Math.max(1, tenants), hasWeights);
  const { cpuMicros, orders } = await drainCost(
    'rxllm',
    requests,
    tenants ? withTenant : noOptions,
  );
  const apart = Math.max(...orders.map(mostApart));
  const passed = orders.flatMap(passedIn).length;
  return { cpuMicros, apart, passed, largest: Math.max(...requests.map(weightOf)) };
}

export function rows(figure) {
  const most = (values) => Math.max(...values);
  return cases.map(({ name, tenants, judged }) => {
    const micros = figure(name, 'cpuMicros');
    const ratio = micros / figure(BASE, 'cpuMicros');
    const [apart, passed] = ['apart', 'passed'].map((one) => figure(name, one, most));
    const shares = tenants > 1 ? `, at most ${apart} apart` : '';
    const wrong = passed > 0 ? `, ${passed} out of order` : '';
    return row({
      subject: name,
      figure: `${micros.toFixed(2)} µs${shares}${wrong}`,
      ratio,
      ...(judged && { must: `<= ${MUST}`, reached: ratio <= MUST }),
      broken: passed > 0 || apart > 2 * figure(name, 'largest'),
    });
  });
}

function requestsOf(tenants, hasWeights) {
  const sizes = seededRequests(CALLS);
  const places = shuffled(Array.from({ length: CALLS }, (_, at) => at));
  return places.map((place, at) => ({
    at,
    weight: hasWeights ? sizes[at].weight : 1,
    tenant: `tenant ${place % tenants}`,
  }));
}

const withTenant = ({ tenant }) => ({ tenant });
const noOptions = () => undefined;
const weightOf = ({ weight }) => weight;

/** What two tenants who both still wait differ by at most in what they have had, every 1,000 starts. */
function mostApart(started) {
  const left = new Map();
  for (const { tenant } of started) left.set(tenant, (left.get(tenant) ?? 0) + 1);
  const had = new Map([...left.keys()].map((tenant) => [tenant, 0]));
  let most = 0;
  started.forEach(({ tenant, weight }, place) => {
    had.set(tenant, had.get(tenant) + weight);
    left.set(tenant, left.get(tenant) - 1);
    if ((place + 1) % TENANTS === 0) most = Math.max(most, spreadOf(had, left));
  });
  return most;
}

function spreadOf(had, left) {
  const waiting = [...had].filter(([tenant]) => left.get(tenant) > 0).map(([, sum]) => sum);
  return waiting.length > 1 ? Math.max(...waiting) - Math.min(...waiting) : 0;
}

/** Those that started after a younger one of the same tenant. */
function passedIn(started) {
  const latest = new Map();
  return started.filter(({ tenant, at }) => {
    const isPassed = (latest.get(tenant) ?? -1) > at;
    latest.set(tenant, at);
    return isPassed;
  });
}
