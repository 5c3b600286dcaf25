import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';

/** Options of `OutputLearner`. */
export interface OutputLearnerOptions {
  /** The share of answers that should fit into what is expected: above 0, at most 1. Default 0.9. */
  readonly quantile?: number;
  /** How many answers of a label must be known before anything is expected. Default 20. */
  readonly atLeast?: number;
  /** How many answers of a label are remembered, `atLeast` or more. Default 200. */
  readonly latest?: number;
}

/** @throws InvalidOptionError naming the option and what is allowed. */
export function readOutputLearnerOptions(
  options: OutputLearnerOptions,
): Required<OutputLearnerOptions> {
  const { quantile = 0.9, atLeast = 20, latest = 200 } = options;
  if (!(quantile > 0 && quantile <= 1))
    throw new InvalidOptionError('quantile', kindOf(quantile), 'a number above 0, at most 1');
  checkCount('atLeast', atLeast, 1);
  checkCount('latest', latest, atLeast);
  return { quantile, atLeast, latest };
}

function checkCount(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new InvalidOptionError(option, kindOf(value), `a whole number, ${least} or more`);
}
