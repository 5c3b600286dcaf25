/** Every repetition is bounded, so that no text makes these slow. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/!\[[^\]]{0,300}\](?:\([^)]{0,500}\)|\[[^\]]{0,100}\])/g, ''],
  [/\[([^\]]{0,300})\](?:\([^)]{0,500}\)|\[[^\]]{0,100}\])/g, '$1'],
  [/<\/?[a-z][^>]{0,500}>/gi, ' '],
  [/\*\*|__|~~|[`*]/g, ''],
  [/&nbsp;/g, ' '],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&quot;/g, '"'],
  [/&amp;/g, '&'],
  [/\s+/g, ' '],
];

/**
 * One block of Markdown as plain text on one line: images and badges are gone, links are their
 * text, HTML tags and marks of emphasis are gone.
 *
 * @internal
 */
export function plainText(markdown: string): string {
  return NOISE.reduce((text, [noise, instead]) => text.replace(noise, instead), markdown).trim();
}
