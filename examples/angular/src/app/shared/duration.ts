/** `0.4 s`, `38 s`, `2 min`, with a space at which no line breaks. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  return seconds < 100 ? `${seconds.toFixed()}\u00a0s` : `${(seconds / 60).toFixed()}\u00a0min`;
}
