import { DecimalPipe } from '@angular/common';
import { Component, computed } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { share } from 'rxjs';
import type { QuotaLevel, UsageSnapshot } from '../../../server/wire';
import { TENANT } from '../back-end/tenant';
import { duration } from '../shared/duration';
import { Chart } from './chart';
import { historyOf } from './history';
import { NOTHING_YET, usageStream } from './usage-stream';

/** The quota that all tabs share, as the back end tells it. */
@Component({
  selector: 'app-usage',
  imports: [Chart, DecimalPipe],
  templateUrl: './usage.html',
  styleUrl: './usage.css',
})
export class Usage {
  private readonly watched$ = usageStream().pipe(share());
  private readonly watched = toSignal(this.watched$, {
    initialValue: NOTHING_YET,
  });

  protected readonly tenant = TENANT;
  protected readonly history = toSignal(historyOf(this.watched$), { initialValue: {} });
  protected readonly usage = computed(() => this.watched().snapshot);
  protected readonly isLost = computed(() => !this.watched().isConnected);
  protected readonly next = computed(() => nextOf(this.usage()));

  protected shareOf(quota: QuotaLevel, part: number): number {
    return Math.min(100, (100 * part) / quota.limit);
  }

  protected windowOf({ windowMs }: QuotaLevel): string {
    return windowMs === 60_000 ? 'a minute' : `in ${duration(windowMs)}`;
  }
}

function nextOf(usage: UsageSnapshot | undefined): string {
  if (!usage?.next) return 'The next call goes at once.';
  const { reason, unit, waitMs } = usage.next;
  const time = waitMs === undefined ? '' : ` ${duration(waitMs)}`;
  const what = unit ? `the quota of ${unit}` : (REASONS[reason] ?? reason);
  return `The next call waits${time} for ${what}.`;
}

const REASONS: Readonly<Record<string, string>> = {
  permit: 'a call in flight to end',
  gate: 'the provider, which has refused',
  paused: 'the service to be resumed',
  turn: 'its turn',
  resources: 'the service to start',
};
