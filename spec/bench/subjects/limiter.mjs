// A weighted token bucket beside a counter per interval; no bound on concurrency.
import { RateLimiter } from 'limiter';

export function open({ work, limit, windowMs }) {
  const limiter = new RateLimiter({ tokensPerInterval: limit, interval: windowMs });
  const call = async (request) => {
    await limiter.removeTokens(request.weight);
    return work(request);
  };
  return { call };
}
