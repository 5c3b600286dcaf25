import { assertInInjectionContext, type Signal } from '@angular/core';
import type { Observable } from 'rxjs';
import type { ServiceState } from '../index.js';
import { parseStream } from './arguments.js';
import { parseSampling } from './options.js';
import { sampledSignal } from './sampled-signal.js';
import type { SamplingOptions } from './sampling-options.js';

/**
 * What a service is doing, as a signal: queued, in flight, its quotas, its gate, and why the next call waits.
 *
 * It has the present state from the start and then the latest at most once in `everyMs`, so that a thousand events a
 * second draw ten times a second. It stops with the component, and keeps the last state when the service has closed.
 *
 * ```text
 * state$                a-b-c-------------d----
 * stateSignal, 5 ms     a------c---------------d      (b was over before it was time)
 * ```
 *
 * @example
 * class QueueLength {
 *   private readonly state = stateSignal(injectLLMService(CHAT));
 *   readonly queued = computed(() => this.state().queued);
 * }
 *
 * @throws InvalidOptionError for what has no `state$`, and for options that are unknown or not allowed; Angular's
 * NG0203 outside of an injection context, where no `injector` is given.
 */
export function stateSignal<State = ServiceState>(
  service: { readonly state$: Observable<State> },
  options: SamplingOptions = {},
): Signal<State> {
  if (!parseSampling(options).injector) assertInInjectionContext(stateSignal);
  return sampledSignal(parseStream(service, 'state$'), options);
}
