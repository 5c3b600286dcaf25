import { assertInInjectionContext, type Signal } from '@angular/core';
import type { Observable } from 'rxjs';
import type { Usage } from '../index.js';
import { parseStream } from './arguments.js';
import { parseSampling } from './options.js';
import { sampledSignal } from './sampled-signal.js';
import type { SamplingOptions } from './sampling-options.js';

/**
 * The usage in the current windows of a service, per unit, as a signal; or all that a `UsageTracker` has counted.
 *
 * It has the present usage from the start and then the latest at most once in `everyMs`. It stops with the component,
 * and keeps the last usage when the service has closed.
 *
 * ```text
 * usage$                a-b-c-------------d----
 * usageSignal, 5 ms     a------c---------------d
 * ```
 *
 * @example
 * class Tokens {
 *   private readonly usage = usageSignal(injectLLMService(CHAT));
 *   readonly tokens = computed(() => this.usage()['tokens'] ?? 0);
 * }
 *
 * @throws InvalidOptionError for what has no `usage$`, and for options that are unknown or not allowed; Angular's
 * NG0203 outside of an injection context, where no `injector` is given.
 */
export function usageSignal<U = Usage>(
  service: { readonly usage$: Observable<U> },
  options: SamplingOptions = {},
): Signal<U> {
  if (!parseSampling(options).injector) assertInInjectionContext(usageSignal);
  return sampledSignal(parseStream(service, 'usage$'), options);
}
