import { interval, type Subscription } from 'rxjs';
import type { ServiceState } from 'rxllm';
import type { UsageHistory } from './wire.js';

const EVERY_MS = 1_000;
const KEPT = 120;

/** Notes once a second how full each quota is, for whoever comes to look later. */
export class LatestUsage {
  private readonly shares = new Map<string, number[]>();
  private readonly subscription: Subscription;

  constructor(service: { toJSON(): ServiceState }) {
    this.subscription = interval(EVERY_MS).subscribe(() => this.note(service.toJSON()));
  }

  toJSON(): UsageHistory {
    return Object.fromEntries(this.shares);
  }

  close(): void {
    this.subscription.unsubscribe();
  }

  private note({ quotas }: ServiceState): void {
    for (const { unit, used, limit = Infinity } of quotas) {
      const share = Number((used / limit).toFixed(3));
      this.shares.set(unit, [...(this.shares.get(unit) ?? []), share].slice(-KEPT));
    }
  }
}
