import type { QuotaSample } from '../protocol.js';
import { el, setAttribute, setText } from './dom.js';
import { shownShare, UNKNOWN } from './format.js';
import { Meter } from './meter.js';
import { setName } from './name.js';
import { levelOf, quotaInWords, sharesOf, takenOf } from './quota-bar.js';

/** The fullest quota of a service, as a small bar. */
export class BusiestQuota {
  readonly element = el('div', { class: 'busiest' });
  private readonly meter: Meter;
  private readonly share = el('span', { class: 'busiest-share' });
  private readonly name = el('bdi', { class: 'busiest-name' });

  constructor(service: string) {
    this.meter = new Meter(`busiest quota of ${service}`, ['settled', 'reserved', 'others']);
    this.element.append(this.meter.element, this.share, this.name);
  }

  draw(quotas: readonly QuotaSample[]): void {
    const [quota] = [...quotas].sort((a, b) => (takenOf(b) ?? -1) - (takenOf(a) ?? -1));
    const taken = quota ? takenOf(quota) : null;
    setText(this.share, taken === null ? UNKNOWN : shownShare(taken));
    setName(this.name, quota?.name ?? null, 'no quota');
    setAttribute(this.meter.element, 'data-level', quota ? levelOf(quota) : 'unknown');
    const max = Math.max(quota?.limit ?? 0, quota?.used ?? 0);
    const text = quota ? `${quota.name}: ${quotaInWords(quota)}` : 'no quota';
    this.meter.draw({ now: quota?.used ?? 0, max, text }, quota ? sharesOf(quota) : {});
  }
}
