import { assertInInjectionContext, inject, type ProviderToken } from '@angular/core';
import { parseToken } from './arguments.js';
import { ServiceNotProvidedError } from './service-not-provided-error.js';
import { shownToken } from './shown-token.js';

/**
 * Injects the service that `provideLLMService` provides under this token.
 *
 * The same as Angular's `inject`, but where nobody provides it the error says what to do. To be called where `inject`
 * may be: in a constructor, a field, a factory, or `runInInjectionContext`. A service that is to be there only
 * sometimes is asked for by `inject(token, { optional: true })`.
 *
 * @example
 * class Ask {
 *   private readonly chat = injectLLMService(CHAT);
 * }
 *
 * @throws ServiceNotProvidedError where nobody provides it; InvalidOptionError for what is no token, or where its
 * factory gives no service.
 */
export function injectLLMService<S>(token: ProviderToken<S>): S {
  assertInInjectionContext(injectLLMService);
  const service = inject(parseToken(token), { optional: true });
  if (service === null) throw new ServiceNotProvidedError(shownToken(token));
  return service;
}
