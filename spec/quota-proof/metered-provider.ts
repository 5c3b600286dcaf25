import {
  type AdmittedRequest,
  type Ending,
  type RefusedRequest,
  SimulatedProvider,
  type SimulatedRequest,
} from '../../src/simulator/index.js';

/** What the provider charged one request for, and when it arrived. */
export interface Charged {
  readonly at: number;
  /** As it stands: corrected where the provider corrects. */
  tokens: number;
}

/**
 * A simulated provider that writes down each charge as its own counter shows it, so that what a
 * client uses is measured where it is charged and nothing that the client believes is in it.
 */
export class MeteredProvider extends SimulatedProvider {
  /** In the order of arrival. */
  readonly account: Charged[] = [];
  private readonly inAccount = new Map<AdmittedRequest, Charged>();
  private counted = 0;

  override admit(request: SimulatedRequest, now: number): AdmittedRequest | RefusedRequest {
    const admission = super.admit(request, now);
    if (admission.kind === 'refused') return admission;
    const charged = { at: now, tokens: this.newlyCounted() };
    this.account.push(charged);
    this.inAccount.set(admission, charged);
    return admission;
  }

  override settle(request: AdmittedRequest, ending: Ending, tokens: number, now: number): void {
    super.settle(request, ending, tokens, now);
    const charged = this.inAccount.get(request);
    if (charged) charged.tokens += this.newlyCounted();
    this.inAccount.delete(request);
  }

  private newlyCounted(): number {
    const before = this.counted;
    this.counted = this.stats().chargedTokens;
    return this.counted - before;
  }
}
