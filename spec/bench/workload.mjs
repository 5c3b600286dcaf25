// What every subject is given to do, the same for all of them.

/** The smallest possible call: an async function that answers in a microtask. */
export const noop = (request) => Promise.resolve(request.weight);

/** `count` requests with weights of 1 to 50 and durations of 5 to 50 ms, the same in every run. */
export function seededRequests(count, seed = 1) {
  const random = mulberry32(seed);
  const between = (low, high) => low + Math.floor(random() * (high - low + 1));
  return Array.from({ length: count }, () => ({
    weight: between(1, 50),
    durationMs: between(5, 50),
  }));
}

/** `count` whole numbers from 0 to below `end`, the same in every run. */
export function seededNumbers(count, end, seed = 1) {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => Math.floor(random() * end));
}

/** The items in another order, the same in every run. */
export function shuffled(items, seed = 1) {
  const random = mulberry32(seed);
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

/** A function that hands out `count` requests one by one, then `undefined`. */
export function dispenser(requests, count) {
  let taken = 0;
  return () => (taken < count ? requests[taken++ % requests.length] : undefined);
}

/** What the answers of `count` requests add up to when each caller got its own. */
export function expectedSum(requests, count) {
  const take = dispenser(requests, count);
  let sum = 0;
  for (let request = take(); request; request = take()) sum += request.weight;
  return sum;
}

function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
