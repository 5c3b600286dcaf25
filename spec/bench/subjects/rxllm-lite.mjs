// The small service of rxllm, which pages have.
import { LLMService } from 'rxllm/lite';

export function open({ work, concurrency, limit, windowMs, marginMs = 250 }) {
  const service = LLMService.of({
    modelName: 'bench',
    process: work,
    costOf: ({ weight }) => ({ units: weight }),
    ...(limit && { quotas: [{ unit: 'units', limit, windowMs, marginMs }] }),
    ...(concurrency && { maxConcurrentJobs: concurrency }),
  });
  const call = (request, options) => service.callAsync(request, options);
  const subscribe = (request, observer, options) =>
    service.call(request, options).subscribe(observer);
  return { call, subscribe };
}
