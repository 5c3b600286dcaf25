// A weighted window; no bound on concurrency.
import pThrottle from 'p-throttle';

export function open({ work, limit, windowMs, strict = false }) {
  const throttle = pThrottle({ limit, interval: windowMs, strict, weight: ({ weight }) => weight });
  return { call: throttle(work) };
}
