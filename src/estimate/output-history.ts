import type { Usage } from '../usage/usage.js';
import type { EstimateState } from './estimate-state.js';
import { LatestQuantile } from './latest-quantile.js';
import { LatestSum } from './latest-sum.js';
import type { OutputLearnerOptions } from './output-learner-options.js';

/** The latest answers to the calls of one label: how long they were, and what was reserved for them. */
export class OutputHistory {
  private readonly outputs: LatestQuantile;
  private readonly reserved: LatestSum;
  private readonly used: LatestSum;
  private correctsTokens = true;
  private told: EstimateState | undefined;

  constructor(
    private readonly label: string | undefined,
    private readonly options: Required<OutputLearnerOptions>,
  ) {
    this.outputs = new LatestQuantile(options.latest);
    this.reserved = new LatestSum(options.latest);
    this.used = new LatestSum(options.latest);
  }

  get expected(): number | undefined {
    const { atLeast, quantile } = this.options;
    return this.outputs.size < atLeast ? undefined : this.outputs.at(quantile);
  }

  /** The same object until something is learned, as it is shown with every change of a service. */
  get state(): EstimateState {
    this.told ??= this.makeState();
    return this.told;
  }

  observe(outputTokens: number): void {
    this.told = undefined;
    this.outputs.add(outputTokens);
  }

  settled(reserved: number, used: number, correctsTokens: boolean): void {
    this.told = undefined;
    this.reserved.add(reserved);
    this.used.add(used);
    this.correctsTokens = correctsTokens;
  }

  adjust(cost: Usage): Usage {
    const { expected } = this;
    const { tokens, inputTokens = 0, outputTokens } = cost;
    if (expected === undefined || outputTokens === undefined || outputTokens <= expected)
      return cost;
    const lowered = { ...cost, outputTokens: expected };
    // Without the answer in them, or never corrected, they are what the provider will charge.
    const hold = tokens !== undefined && tokens >= inputTokens + outputTokens;
    if (!hold || !this.correctsTokens) return lowered;
    return { ...lowered, tokens: tokens - (outputTokens - expected) };
  }

  private makeState(): EstimateState {
    const { label, expected } = this;
    const [reserved, used] = [this.reserved.value, this.used.value];
    const accuracy = used === 0 ? undefined : reserved / used;
    return { label, calls: this.outputs.size, expected, reserved, used, accuracy };
  }
}
