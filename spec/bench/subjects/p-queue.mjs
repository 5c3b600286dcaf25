// Concurrency and a window that counts calls; it knows no weights.
import PQueue from 'p-queue';

export function open({ work, concurrency = Infinity, limit, windowMs }) {
  const queue = new PQueue({ concurrency, intervalCap: limit, interval: windowMs });
  return { call: (request, options) => queue.add(() => work(request), options) };
}
