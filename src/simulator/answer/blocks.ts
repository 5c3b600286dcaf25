import { plainText } from './plain-text.js';

/** A heading, or a paragraph, a list item or a quotation, as plain text on one line. */
export interface Block {
  readonly kind: 'heading' | 'paragraph';
  readonly text: string;
}

const FENCE = /^\s{0,3}(?:```|~~~)/;
const HEADING = /^\s{0,3}#{1,6}\s+/;
const UNDERLINE = /^\s{0,3}(?:=+|-{3,})\s*$/;
const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)])\s+/;
const QUOTE = /^\s{0,3}(?:>\s?)+/;
/** Tables, rules and definitions of links say nothing in a sentence. */
const SILENT = /^\s*(?:\||(?:[-*_]\s*){3,}$|\[[^\]]{1,100}\]:\s)/;

/**
 * Takes a Markdown text apart; blocks of code are left out unless `withCode`.
 *
 * @internal
 */
export function blocksOf(markdown: string, withCode: boolean): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const end = (kind: Block['kind']) => {
    const text = plainText(lines.join(' '));
    if (text !== '') blocks.push({ kind, text });
    lines = [];
  };
  for (const line of visibleLines(markdown, withCode)) {
    if (UNDERLINE.test(line) && lines.length > 0) {
      end('heading');
      continue;
    }
    const isHeading = HEADING.test(line);
    if (isHeading || ITEM.test(line) || line.trim() === '' || SILENT.test(line)) end('paragraph');
    if (SILENT.test(line)) continue;
    lines.push(line.replace(HEADING, '').replace(QUOTE, '').replace(ITEM, ''));
    if (isHeading) end('heading');
  }
  end('paragraph');
  return blocks;
}

function visibleLines(markdown: string, withCode: boolean): string[] {
  let inCode = false;
  return markdown
    .replace(/^---\r?\n[^]{0,5000}?\r?\n---\r?\n/, '')
    .replace(/<!--[^]{0,2000}?-->/g, '')
    .replace(/<h[1-6][^>]{0,200}>/gi, '\n# ')
    .replace(/<\/h[1-6]>/gi, '\n')
    .split(/\r?\n/)
    .map((line) => {
      const isFence = FENCE.test(line);
      if (isFence) inCode = !inCode;
      // An empty line ends a paragraph, as a fence does.
      return isFence || (inCode && !withCode) ? '' : line;
    });
}
