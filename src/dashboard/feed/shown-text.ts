const LONGEST = 200;

/**
 * A name as a page shows it: labels, tenants and units may be as long as a user likes, what is sent may not.
 *
 * @internal
 */
export function shownText(text: string): string {
  if (text.length <= LONGEST) return text;
  // By way of bytes, as a slice would keep the whole text in memory.
  return `${Buffer.from(text.slice(0, LONGEST)).toString()}…`;
}
