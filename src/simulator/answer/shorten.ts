/**
 * The longest start of `text` of at most `length` characters that does not split a character of two
 * UTF-16 units.
 *
 * @internal
 */
export function cut(text: string, length: number): string {
  const splits = /[\uD800-\uDBFF]/.test(text.charAt(length - 1));
  return text.slice(0, Math.max(0, splits && length < text.length ? length - 1 : length));
}

/**
 * `text` itself when it has at most `length` characters, else its first words and `…`.
 *
 * @internal
 */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = cut(text, Math.max(0, length - 1));
  const lastSpace = start.lastIndexOf(' ');
  return `${(lastSpace > length / 2 ? start.slice(0, lastSpace) : start).trimEnd()}…`;
}
