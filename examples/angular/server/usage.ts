import type { ServerResponse } from 'node:http';
import {
  distinctUntilChanged,
  filter,
  interval,
  map,
  merge,
  type Observable,
  shareReplay,
  startWith,
} from 'rxjs';
import type { ServiceState } from 'rxllm';
import { callLines } from './call-lines.js';
import { CallsInFlight } from './calls-in-flight.js';
import { eventText, sendEvents } from './events.js';
import { LatestUsage } from './latest-usage.js';
import type { Provider } from './provider.js';
import type { UsageSnapshot } from './wire.js';

/** Four times a second, however much happens and however many look. */
const EVERY_MS = 250;
/** So often something is sent though nothing has changed: a connection that is gone is noticed by it. */
const ALIVE_MS = 15_000;

/** `GET /api/usage`: what the service is doing and what is used of its quota, as the latest of it changes. */
export class Usage implements Disposable {
  private readonly inFlight: CallsInFlight;
  private readonly latest: LatestUsage;
  private readonly texts$: Observable<string>;

  constructor(private readonly provider: Provider) {
    this.inFlight = new CallsInFlight(provider.service.events$);
    this.latest = new LatestUsage(provider.service);
    // One look serves all that watch, and there is none while nobody does.
    this.texts$ = interval(EVERY_MS).pipe(
      startWith(0),
      map(() => eventText(this.snapshot())),
      distinctUntilChanged(),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
  }

  /** A browser that cannot keep up misses some. */
  send(response: ServerResponse): void {
    const alive$ = interval(ALIVE_MS).pipe(map(() => ': alive\n\n'));
    const texts$ = merge(this.texts$, alive$).pipe(filter(() => !response.writableNeedDrain));
    sendEvents(response, texts$.pipe(startWith(`event: history\n${eventText(this.latest)}`)));
  }

  [Symbol.dispose](): void {
    this.inFlight.close();
    this.latest.close();
  }

  private snapshot(): UsageSnapshot {
    const { service, name, usageTracker, refusals } = this.provider;
    const state = service.toJSON();
    const {
      prompt_tokens = 0,
      response_tokens = 0,
      requests = 0,
    } = usageTracker.totals[service.modelName] ?? {};
    return {
      provider: name,
      model: service.modelName,
      queued: state.queued,
      inFlight: state.inFlight,
      lines: callLines(state.queuedBy, this.inFlight.all),
      quotas: quotasIn(state),
      next: nextIn(state),
      ended: endedIn(state),
      totals: {
        ...{ requests, promptTokens: prompt_tokens, answerTokens: response_tokens },
        refusals: refusals(),
      },
    };
  }
}

function quotasIn({ quotas }: ServiceState): UsageSnapshot['quotas'] {
  return quotas.map(({ unit, limit = 0, windowMs, used, reserved }) => ({
    ...{ unit, limit, windowMs },
    used: Math.round(used),
    reserved: Math.round(reserved),
  }));
}

function nextIn({ blockedBy, at }: ServiceState): UsageSnapshot['next'] {
  if (!blockedBy) return null;
  const { reason, unit, until } = blockedBy;
  return {
    reason,
    ...(unit !== undefined && { unit }),
    ...(until !== undefined && { waitMs: Math.max(0, Math.round(until - at)) }),
  };
}

function endedIn({ throughput }: ServiceState): UsageSnapshot['ended'] {
  const { completed: answered, failed, cancelled, completedPerMinute } = throughput;
  const perMinute = completedPerMinute === undefined ? null : Math.round(completedPerMinute);
  return { answered, failed, cancelled, perMinute };
}
