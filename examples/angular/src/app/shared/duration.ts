/** `0.4 s`, `38 s`, `2 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 100 ? `${seconds.toFixed()} s` : `${(seconds / 60).toFixed()} min`;
}
