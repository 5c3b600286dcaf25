import { filter, isObservable, type Observable } from 'rxjs';
import { InvalidOptionError, kindOf, type ServiceEvent, type ServiceState } from '../index.js';
import { FakeService } from './fake-service.js';
import type { Moment } from './marbles/moment.js';
import { shownValue } from './marbles/shown-value.js';

/** What starts calls and tells of it: every `LLMService`, whatever it takes and gives. */
export interface StartingService {
  readonly name: string;
  readonly events$: Observable<ServiceEvent>;
  toJSON(): ServiceState;
}

/** Writes down when a service lets its calls out; gives the function that tells of those until now. */
export function recordStarts(service: StartingService, now: () => number): () => Moment[] {
  if (service instanceof FakeService) return () => startsOfFake(service);
  checkService(service);
  checkUnused(service);
  const starts: Moment[] = [];
  service.events$
    .pipe(filter((event) => event.type === 'started'))
    .subscribe(({ label, callId }) => starts.push(startOf(label ?? `${callId}`, now())));
  return () => [...starts];
}

export function startOf(name: string, at: number): Moment {
  return { at, value: name, text: shownValue(name) };
}

/** A fake has written down all that it was asked, from the first call on. */
function startsOfFake({ asked }: Pick<FakeService<unknown>, 'asked'>): Moment[] {
  return asked.map(({ name, startedAt }) => startOf(name, startedAt));
}

function checkService(service: unknown): void {
  const { events$ } = (service ?? {}) as Partial<StartingService>;
  if (isObservable(events$)) return;
  throw new InvalidOptionError(
    'expectStarts(service)',
    kindOf(service),
    'a service; of what is made of several, expect the starts of each of them',
  );
}

function checkUnused(service: StartingService): void {
  const { queued, inFlight, retrying, throughput } = service.toJSON();
  const { completed, failed, cancelled } = throughput;
  const calls = queued + inFlight + retrying + completed + failed + cancelled;
  if (calls > 0)
    throw new InvalidOptionError(
      'expectStarts(service)',
      `${service.name}, which has had ${calls} calls`,
      'a service that has had none: expect its starts before its first call',
    );
}
