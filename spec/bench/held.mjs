// What the works need that look at a queue: calls that pile up behind one that holds the only permit,
// until it lets go, and the order in which they start then.
import { clocked, mustEqual } from './measure.mjs';

const LIMITS = { concurrency: 1, limit: 1e12, windowMs: 60_000 };
const WARM_UPS = 20;
const WARM_UP_CALLS = 10_000;
const TURNS = 2;

/** The subject, and `hold()`: takes the permit, gives a function that lets go and what starts after. */
export async function openHeld(subject) {
  const { open } = await import(`./subjects/${subject}.mjs`);
  let started = [];
  let isHeld = false;
  const work = (request) => {
    if (request.until) isHeld = true;
    else started.push(request);
    return request.until ?? Promise.resolve(request.weight);
  };
  const { call, subscribe } = open({ ...LIMITS, work });

  const hold = () => {
    const resolvers = [];
    const until = new Promise((resolve) => resolvers.push(resolve));
    [started, isHeld] = [[], false];
    void call({ weight: 1, until });
    mustEqual(isHeld, true, 'the permit is held');
    return { started, letGo: () => resolvers[0]() };
  };
  return { call, subscribe, hold };
}

/** CPU of each request, queued and drained, and in which order all of them started in each turn. */
export async function drainCost(subject, requests, optionsOf) {
  const { call, hold } = await openHeld(subject);
  const few = requests.slice(0, WARM_UP_CALLS);
  for (let turn = 0; turn < WARM_UPS; turn++) await drain(call, hold, few, optionsOf);
  const orders = [];
  globalThis.gc();
  const { cpuMs } = await clocked(async () => {
    for (let turn = 0; turn < TURNS; turn++)
      orders.push(await drain(call, hold, requests, optionsOf));
  });
  return { cpuMicros: (cpuMs * 1000) / (TURNS * requests.length), orders };
}

async function drain(call, hold, requests, optionsOf) {
  const { started, letGo } = hold();
  const answers = requests.map((request) => call(request, optionsOf(request)));
  mustEqual(started.length, 0, 'calls that started while the permit was held');
  letGo();
  const sum = (await Promise.all(answers)).reduce((total, one) => total + one, 0);
  mustEqual(sum, totalWeight(requests), 'sum of the answers');
  mustEqual(new Set(started).size, requests.length, 'calls that started');
  mustEqual(started.length, requests.length, 'starts');
  return started;
}

const totalWeight = (requests) => requests.reduce((total, { weight }) => total + weight, 0);
