// Concurrency only.
import pLimit from 'p-limit';

export function open({ work, concurrency }) {
  const limit = pLimit(concurrency);
  return { call: (request) => limit(work, request) };
}
