import { HttpClient } from '@angular/common/http';
import { type EnvironmentProviders, inject, InjectionToken } from '@angular/core';
import { LLMService } from 'rxllm';
import { provideLLMService } from 'rxllm/angular';
import type { Answer, AskRequest } from '../../../server/wire';
import { TENANT } from './tenant';

/** A browser opens six connections to a host (HTTP/1.1): two are left for all else. */
const AT_ONCE = 4;

export type BatchRequest = Pick<AskRequest, 'prompt' | 'priority'>;

/** Asks the back end for answers that come as a whole, a few at once. */
export const BATCH = new InjectionToken<LLMService<BatchRequest, Answer>>('BATCH');

export function provideBatch(): EnvironmentProviders {
  return provideLLMService(BATCH, () => {
    const http = inject(HttpClient);
    return LLMService.of({
      modelName: 'batch',
      maxConcurrentJobs: AT_ONCE,
      process: ({ prompt, priority }: BatchRequest) => {
        const body: AskRequest = { prompt, priority, tenant: TENANT };
        return http.post<Answer>('/api/ask', body);
      },
    });
  });
}
