import type { Usage } from '../../index.js';

/** Usage in words: `1 requests and 60 tokens`. */
export function usageText(usage: Usage): string {
  const amounts = Object.entries(usage).map(([unit, amount]) => `${amount} ${unit}`);
  return amounts.length > 0 ? amounts.join(' and ') : 'what nobody knows';
}
