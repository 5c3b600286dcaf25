import {
  DestroyRef,
  type EnvironmentProviders,
  ErrorHandler,
  inject,
  makeEnvironmentProviders,
  type ProviderToken,
} from '@angular/core';
import type { RunnableService } from '../index.js';
import { parseFactory, parseProvided, parseToken } from './arguments.js';
import { shownToken } from './shown-token.js';

/**
 * Provides a service under a token: made when first injected, closed with its injector.
 *
 * The factory runs in the injection context, so that `inject(HttpClient)` is at hand, and at most once for each
 * injector that has these providers: the application's, a route's, or one made by `createEnvironmentInjector`. When
 * that injector is destroyed, the service is closed with `{ abandon: true }`: all that it has queued or in flight is
 * cancelled. What its `releaseResources` fails with goes to Angular's `ErrorHandler`. A service that nobody has
 * injected is never made.
 *
 * ```text
 * injector   ^──────────────────────────× destroyed
 * inject       ×     ×
 * service      ^ made, then the same ────| closed
 * ```
 *
 * @example
 * export const CHAT = new InjectionToken<LLMService<string, Answer>>('CHAT');
 *
 * export const appConfig: ApplicationConfig = {
 *   providers: [
 *     provideHttpClient(),
 *     provideLLMService(CHAT, () => {
 *       const http = inject(HttpClient);
 *       return LLMService.of({
 *         modelName: 'gpt-4.1',
 *         quotas: [requestsPerMinute(60)],
 *         process: (prompt: string) => http.post<Answer>('/api/ask', { prompt }),
 *       });
 *     }),
 *   ],
 * };
 *
 * @throws InvalidOptionError for what is no token and no function; on injection, where the factory gives no service.
 */
export function provideLLMService<S extends Pick<RunnableService, 'close'>>(
  token: ProviderToken<S>,
  factory: () => NoInfer<S>,
): EnvironmentProviders {
  parseToken(token);
  parseFactory(factory);
  const useFactory = () => closedWithInjector(parseProvided(shownToken(token), factory()));
  return makeEnvironmentProviders([{ provide: token, useFactory }]);
}

function closedWithInjector<S extends Pick<RunnableService, 'close'>>(service: S): S {
  const errors = inject(ErrorHandler, { optional: true }) ?? new ErrorHandler();
  inject(DestroyRef).onDestroy(() => {
    service.close({ abandon: true }).catch((error: unknown) => {
      errors.handleError(error);
    });
  });
  return service;
}
