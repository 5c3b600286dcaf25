import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { isAmount } from '../options/is.js';
import { parseAmount } from '../options/parse-value.js';
import type { Usage } from './usage.js';

/**
 * Reads what a user's function gave as usage: an amount per unit, or a number where there is one quota.
 *
 * @throws InvalidOptionError naming the function and the unit, unless every amount is finite and not
 * negative.
 */
export function readUsage(
  given: Usage | number | null | boolean | string,
  units: readonly string[],
  option: string,
): Usage {
  if (typeof given === 'number')
    return { [onlyUnit(given, units, option)]: parseAmount(option, given) };
  if (!isRecord(given)) throw new InvalidOptionError(option, kindOf(given), FORM);
  // A copy: the user's object may be another one's cost by the time it is settled.
  const usage: Record<string, number> = {};
  for (const unit in given) {
    const amount = given[unit] as number;
    usage[unit] = isAmount(amount) ? amount : parseAmount(nameOf(option, unit), amount);
  }
  return usage;
}

/** What is no unit is not named: given by mistake, a whole answer's keys would be. */
function nameOf(option: string, unit: string): string {
  return /^[\w$-]{1,40}$/.test(unit) ? `${option}.${unit}` : `${option}['…']`;
}

function isRecord(given: unknown): given is Usage {
  if (typeof given !== 'object' || given === null) return false;
  return !('then' in given || Symbol.iterator in given);
}

const FORM = 'an amount per unit, like { requests: 1, tokens: 812 }';

function onlyUnit(given: number, units: readonly string[], option: string): string {
  const [unit = 'tokens', ...others] = units;
  if (others.length === 0) return unit;
  const allowed = `${FORM}, as there are quotas of ${units.join(' and ')}`;
  throw new InvalidOptionError(option, String(given), allowed);
}

/**
 * Reads an estimate: as usage, with every unit that a quota counts, as a quota whose unit was forgotten, or
 * misspelt, would limit nothing. `requests` may be left out: a call is one.
 */
export function readCost(given: Usage | number, units: readonly string[], option: string): Usage {
  const cost = readUsage(given, units, option);
  for (const unit of units) {
    if (cost[unit] === undefined && unit !== 'requests') {
      throw new InvalidOptionError(
        `${option}.${unit}`,
        'missing',
        'an amount, as a quota counts it',
      );
    }
  }
  return cost;
}
