import type { Usage } from '../usage/usage.js';
import type { EstimateState } from './estimate-state.js';
import { LatestQuantile } from './latest-quantile.js';
import { LatestSum } from './latest-sum.js';
import type { OutputLearnerOptions } from './output-learner-options.js';

/** That the forecast is too low happens once in 30,000 times, were lengths spread normally. */
const STANDARD_ERRORS = 4;

/** The latest answers to the calls of one label: how long they were, and what was reserved for them. */
export class OutputHistory {
  private readonly outputs: LatestQuantile;
  private readonly sum: LatestSum;
  private readonly squares: LatestSum;
  private readonly runMs: LatestQuantile;
  private readonly reserved: LatestSum;
  private readonly used: LatestSum;
  private correctsTokens = true;
  private told: EstimateState | undefined;

  constructor(
    private readonly label: string | undefined,
    private readonly options: Required<OutputLearnerOptions>,
  ) {
    this.outputs = new LatestQuantile(options.latest);
    this.sum = new LatestSum(options.latest);
    this.squares = new LatestSum(options.latest);
    this.runMs = new LatestQuantile(options.latest);
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

  /** Half of the calls took no longer; 0 while none is known. */
  get medianRunMs(): number {
    return this.runMs.at(0.5) ?? 0;
  }

  observe(outputTokens: number, runMs: number): void {
    this.told = undefined;
    this.outputs.add(outputTokens);
    this.sum.add(outputTokens);
    this.squares.add(outputTokens ** 2);
    this.runMs.add(runMs);
  }

  settled(reserved: number, used: number, correctsTokens: boolean): void {
    this.told = undefined;
    this.reserved.add(reserved);
    this.used.add(used);
    this.correctsTokens = correctsTokens;
  }

  adjust(cost: Usage, sharing: number): Usage {
    const { tokens, inputTokens = 0, outputTokens } = cost;
    if (outputTokens === undefined) return cost;
    const enough = this.enoughOf(outputTokens, sharing);
    if (!(enough < outputTokens)) return cost;
    const lowered = { ...cost, outputTokens: enough };
    // Without the answer in them, or never corrected, they are what the provider will charge.
    const hold = tokens !== undefined && tokens >= inputTokens + outputTokens;
    if (!hold || !this.correctsTokens) return lowered;
    return { ...lowered, tokens: tokens - (outputTokens - enough) };
  }

  /**
   * What is expected, but no less than what `sharing` answers need in the mean: the mean of those known and 4
   * standard errors of such a forecast, as if one more had taken all that this one may. A quantile alone says
   * nothing of how long the longest are: where one in eleven is long it is below the mean.
   */
  private enoughOf(most: number, sharing: number): number {
    if (this.expected === undefined) return most;
    const count = this.outputs.size + 1;
    const mean = (this.sum.value + most) / count;
    const variance = Math.max(0, (this.squares.value + most ** 2) / count - mean ** 2);
    const error = Math.sqrt(variance * (1 / sharing + 1 / count));
    return Math.max(this.expected, Math.ceil(mean + STANDARD_ERRORS * error));
  }

  private makeState(): EstimateState {
    const { label, expected } = this;
    const [reserved, used] = [this.reserved.value, this.used.value];
    const accuracy = used === 0 ? undefined : reserved / used;
    return { label, calls: this.outputs.size, expected, reserved, used, accuracy };
  }
}
