/** 98,412 */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** $0.0312, as a summary costs parts of a cent; not every price is known. */
export function dollars(value: number | undefined): string {
  return value === undefined ? 'unknown cost' : `$${value.toFixed(4)}`;
}

/** 1:03 */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** 1 min 3 s */
export function duration(ms: number): string {
  const [minutes, seconds] = clock(ms).split(':').map(Number) as [number, number];
  return minutes > 0 ? `${count(minutes)} min ${seconds} s` : `${seconds} s`;
}

/** 97.3 % */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** 1 document, 2 documents */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** ━━━━━━━╸────── */
export function bar(share: number, width: number): string {
  const halves = Math.floor(Math.min(1, Math.max(0, share)) * width * 2);
  const full = Math.floor(halves / 2);
  const half = halves % 2;
  return '━'.repeat(full) + '╸'.repeat(half) + '─'.repeat(width - full - half);
}
