import type { Records } from './read-records.js';
import { RULES } from './rules.js';

const EXAMPLES = 3;

/** One line for each rule that calls break: how many, and which are the first. */
export function brokenRules(records: Records): string[] {
  return RULES.flatMap(({ wrong, isBroken }) => {
    const ids = [...records].filter(([, call]) => isBroken(call)).map(([id]) => id);
    if (ids.length === 0) return [];
    const more = ids.length > EXAMPLES ? ', …' : '';
    return [`${ids.length} of the calls: ${wrong} (${ids.slice(0, EXAMPLES).join(', ')}${more})`];
  });
}

/** How many calls break rules of which the text begins or ends so. */
export function countBroken(records: Records, ...wrong: readonly string[]): number {
  const rules = RULES.filter((rule) => wrong.includes(rule.wrong));
  return [...records.values()].filter((call) => rules.some(({ isBroken }) => isBroken(call)))
    .length;
}
