const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?([Zz]|[+-]\d\d:\d\d)?(?=[,; ]|$)/;
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/;

/**
 * Epoch milliseconds of a date, or null: RFC 3339 (`2025-03-15T12:58:20Z`, Anthropic) or one of the three
 * forms that HTTP has (RFC 9110). Without a zone it is UTC.
 */
export function instantOf(text: string | undefined): number | null {
  const instant = Date.parse(spelledOut(text?.slice(0, 64) ?? ''));
  return Number.isNaN(instant) ? null : instant;
}

function spelledOut(text: string): string {
  const [, day, time, zone = 'Z'] = RFC_3339.exec(text) ?? [];
  if (day !== undefined && time !== undefined) return `${day}T${time}${zone.toUpperCase()}`;
  const asctime = ASCTIME.exec(text)?.[0];
  return asctime === undefined ? (HTTP_DATE.exec(text)?.[0] ?? '') : `${asctime} GMT`;
}
