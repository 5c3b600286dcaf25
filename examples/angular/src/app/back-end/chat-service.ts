import { HttpClient } from '@angular/common/http';
import { type EnvironmentProviders, inject, InjectionToken } from '@angular/core';
import { LLMService } from 'rxllm';
import { provideLLMService } from 'rxllm/angular';
import type { AskRequest, StreamEvent } from '../../../server/wire';
import { streamEvents } from './stream-events';
import { TENANT } from './tenant';

/** Who is waiting in front of a screen goes before every batch. */
const PRIORITY = 5;

/** Asks the back end for an answer that is streamed. */
export const CHAT = new InjectionToken<LLMService<string, StreamEvent>>('CHAT');

export function provideChat(): EnvironmentProviders {
  return provideLLMService(CHAT, () => {
    const http = inject(HttpClient);
    return LLMService.of({
      modelName: 'chat',
      process: (prompt: string) => {
        const body: AskRequest = { prompt, priority: PRIORITY, tenant: TENANT };
        const asText = { observe: 'events', reportProgress: true, responseType: 'text' } as const;
        return http.post('/api/stream', body, asText).pipe(streamEvents());
      },
    });
  });
}
