const NUMBER = String.raw`\d{1,9}(?:\.\d{1,12})?`;
const UNIT = 'ms|us|µs|μs|ns|d|h|m|s'; // ms before m
const WHOLE = new RegExp(`^(?:${NUMBER}(?:${UNIT}))+$`);
const PARTS = new RegExp(`(${NUMBER})(${UNIT})`, 'g');

/**
 * Milliseconds of a duration as Go prints it, or null: `0s`, `9ms`, `1.182s`, `16m17.764s`, `1h0m0s`, `850µs`.
 *
 * OpenAI and Groq (with up to 9 decimals) write their resets so, and error messages their waits.
 */
export function goDuration(text: string): number | null {
  if (text.length > 64 || !WHOLE.test(text)) return null;
  return [...text.matchAll(PARTS)].reduce((sum, [, n = '', unit = '']) => sum + inMs(n, unit), 0);
}

function inMs(digits: string, unit: string): number {
  switch (unit) {
    case 'd':
      return Number(`${digits}e3`) * 86_400;
    case 'h':
      return Number(`${digits}e3`) * 3_600;
    case 'm':
      return Number(`${digits}e3`) * 60;
    case 's':
      return Number(`${digits}e3`);
    case 'ms':
      return Number(digits);
    case 'ns':
      return Number(`${digits}e-6`);
    default:
      return Number(`${digits}e-3`);
  }
}
