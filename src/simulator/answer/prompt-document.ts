import { type Block, blocksOf } from './blocks.js';
import { keywordsOf } from './keywords.js';
import { shorten } from './shorten.js';

/** What an answer is made of: the parts of a prompt that a summary would speak of. */
export interface PromptDocument {
  /** The first heading, or the start of the first line. */
  readonly title: string;
  /** Its sentences in order; never empty. */
  readonly sentences: readonly string[];
  /** Its most frequent meaningful words, at most ten; never empty. */
  readonly keywords: readonly string[];
}

/** More is not read: an extract is made of a text's start. */
const READ_CHARS = 20_000;
const SENTENCE_END = /[.!?…。！？]["'’”)\]]?$/;
const NO_TEXT = 'The prompt holds no text.';
const NOTHING: readonly Block[] = [{ kind: 'paragraph', text: NO_TEXT }];

/**
 * Reads the document that a prompt speaks of.
 *
 * What comes before the first heading, or a first paragraph that ends in a colon, is taken for the
 * instruction and left out where something follows it.
 *
 * @internal
 */
export function readDocument(prompt: string): PromptDocument {
  const text = prompt.slice(0, READ_CHARS);
  const withCode = blocksOf(text, true);
  const blocks =
    [withoutInstruction(blocksOf(text, false)), withoutInstruction(withCode), withCode].find(
      (blocks) => blocks.length > 0,
    ) ?? NOTHING;
  const heading = blocks.find(({ kind }) => kind === 'heading') ?? blocks[0];
  const sentences = sentencesOf(blocks);
  const words = keywordsOf(blocks.map(({ text }) => text).join('\n'), 10);
  return {
    title: shorten(heading?.text ?? NO_TEXT, 80),
    sentences,
    keywords: words.length > 0 ? words : ['text'],
  };
}

/**
 * The first sentences, as many as fit into `length` characters, at most `most`, at least the start
 * of one.
 *
 * @internal
 */
export function firstSentences(document: PromptDocument, length: number, most = 3): string {
  const [first = NO_TEXT, ...further] = document.sentences.slice(0, most);
  let extract = shorten(first, length);
  for (const sentence of further) {
    const longer = `${extract} ${sentence}`;
    if (longer.length > length) break;
    extract = longer;
  }
  return extract;
}

function withoutInstruction(blocks: readonly Block[]): readonly Block[] {
  const heading = blocks.findIndex(({ kind }) => kind === 'heading');
  if (heading >= 0 && heading < blocks.length - 1) return blocks.slice(heading);
  return blocks[0]?.text.endsWith(':') ? blocks.slice(1) : blocks;
}

/** Whole sentences where there are some, else whatever stands there. */
function sentencesOf(blocks: readonly Block[]): string[] {
  const paragraphs = blocks.filter(({ kind }) => kind === 'paragraph');
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const all = (paragraphs.length > 0 ? paragraphs : blocks).flatMap(({ text }) =>
    [...segmenter.segment(text)].map(({ segment }) => segment.trim()),
  );
  const whole = all.filter((sentence) => sentence.length >= 6 && SENTENCE_END.test(sentence));
  return whole.length > 0 ? whole : all;
}
