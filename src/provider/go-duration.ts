/**
 * Writes milliseconds as OpenAI writes them in its headers and messages, in the form of Go's
 * `time.Duration`: `0s`, `9ms`, `1.182s`, `6m0s`, `1h0m0s`.
 *
 * Parts of a millisecond are cut off, as recorded (26 of 160,000 a minute are 9.75 ms, OpenAI says
 * `9ms`); below 0 counts as 0.
 *
 * @example
 * goDuration(977_764); // '16m17.764s'
 */
export function goDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole === 0) return '0s';
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
