import { parseAmount } from '../options/parse-value.js';
import type { Usage } from '../usage/usage.js';
import type { EstimateState } from './estimate-state.js';
import { LatestUsed } from './latest-used.js';
import { OutputHistory } from './output-history.js';
import { type OutputLearnerOptions, readOutputLearnerOptions } from './output-learner-options.js';

type Label = string | undefined;

/** So that calls of which each has its own label take no more than some megabytes. */
const MOST_LABELS = 1_000;

/** No answer is longer; whatever a provider tells, the sum of their squares stays a number. */
const LONGEST = 1e12;

/**
 * Learns from answers how long those of each label are, and lowers what is reserved for calls in flight to that.
 *
 * A request often allows far more than is ever written; reserving all of it keeps others waiting for tokens
 * that come back unused. Expected is the `quantile` of a label's last answers; `AnswerLine` says when it is
 * safe to reserve no more. Calls without a label are a label of their own. At most 1,000 labels are
 * remembered; the one that was used longest ago is forgotten first.
 *
 * ```text
 * answers of 'summary'    180 210 ... 200      (20 or more)
 * reserved for the next   1,024 -> 200
 * ```
 *
 * @example
 * const learner = new OutputLearner({ atLeast: 1 });
 * learner.observe('summary', 200);
 * learner.adjust({ tokens: 1_124, inputTokens: 100, outputTokens: 1_024 }, 'summary');
 * // { tokens: 300, inputTokens: 100, outputTokens: 200 }
 *
 * @throws InvalidOptionError naming the option and what is allowed.
 */
export class OutputLearner {
  private readonly byLabel = new LatestUsed<Label, OutputHistory>(MOST_LABELS);
  private readonly options: Required<OutputLearnerOptions>;
  private states: readonly EstimateState[] | undefined;

  constructor(options: OutputLearnerOptions = {}) {
    this.options = readOutputLearnerOptions(options);
  }

  /** Output tokens that the next answer is expected to have at most; undefined while too few are known. */
  expected(label: Label): number | undefined {
    return this.byLabel.find(label)?.expected;
  }

  /** Half of the calls took no longer than so many ms; 0 while none is known. */
  medianRunMs(label: Label): number {
    return this.byLabel.find(label)?.medianRunMs ?? 0;
  }

  /** Learns the output tokens of an answer that was written to its end, and how long that took. */
  observe(label: Label, outputTokens: number, runMs = 0): void {
    const length = Math.min(parseAmount('outputTokens', outputTokens), LONGEST);
    this.change(label).observe(length, runMs);
  }

  /**
   * Lowers `outputTokens` of a cost to what is enough, and `tokens` by the same where they hold the answer:
   * enough is what is expected, and no less than the mean with the error that it has for as many answers as
   * share what they hold. With few of them that is all that they may take.
   *
   * A cost that names no `outputTokens`, or expects less already, is given back as it is. `tokens` stay where
   * the last settlement of the label did not name them: there the provider charges them as they were reserved.
   */
  adjust(cost: Usage, label: Label, sharing = Infinity): Usage {
    return this.byLabel.find(label)?.adjust(cost, sharing) ?? cost;
  }

  /** Compares what was reserved for a call with what it used; says nothing without `outputTokens` in both. */
  settled(label: Label, reserved: Usage, used: Usage): void {
    if (reserved.outputTokens === undefined || used.outputTokens === undefined) return;
    const held = parseAmount('reserved.outputTokens', reserved.outputTokens);
    const taken = Math.min(parseAmount('used.outputTokens', used.outputTokens), LONGEST);
    const correctsTokens = reserved.tokens === undefined || used.tokens !== undefined;
    this.change(label).settled(held, taken, correctsTokens);
  }

  /** How well reservations fit, for each label that is remembered; the same list until something is learned. */
  get accuracy(): readonly EstimateState[] {
    this.states ??= this.byLabel.values.map(({ state }) => state);
    return this.states;
  }

  private change(label: Label): OutputHistory {
    this.states = undefined;
    const known = this.byLabel.find(label);
    return known ?? this.byLabel.add(label, new OutputHistory(label, this.options));
  }
}
