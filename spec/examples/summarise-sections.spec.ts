import fc from 'fast-check';
import { sectionsOf } from '../../examples/summarise/sections.js';

const upTo = (most: number) => (text: string) => text.length <= most;

/** Texts with all the places to cut at, and without any. */
const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n\n', '\r\n\r\n', '\n', ' ', '# Title\n', '### Part\n', '👩🏻‍💻', '漢字'),
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('sectionsOf', () => {
  it('loses nothing and adds nothing', () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 128, max: 2_000 }), (text, most) => {
        expect(sectionsOf(text, upTo(most)).join('')).toBe(text);
      }),
    );
  });

  it('makes each section fit, and none empty', () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 128, max: 2_000 }), (text, most) => {
        for (const section of sectionsOf(text, upTo(most))) {
          expect(section.length).toBeGreaterThan(0);
          expect(section.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('leaves no two neighbours that fit into one', () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 128, max: 2_000 }), (text, most) => {
        const sections = sectionsOf(text, upTo(most));
        for (const [index, section] of sections.slice(1).entries()) {
          const before = sections[index] ?? '';
          expect(before.length + section.length).toBeGreaterThan(most);
        }
      }),
    );
  });

  it('keeps a text that fits as it is', () => {
    expect(sectionsOf('# One\n\ntwo\n', upTo(100))).toEqual(['# One\n\ntwo\n']);
  });

  it.each([
    ['before a heading', `${'a'.repeat(80)}\n\n# Two\n${'b'.repeat(80)}`, '# Two\n'],
    ['after a paragraph', `${'a '.repeat(40)}\n\nTwo ${'b '.repeat(40)}`, 'Two '],
    ['after a line', `${'a '.repeat(40)}\nTwo ${'b '.repeat(40)}`, 'Two '],
  ])('cuts %s', (_, text, start) => {
    const [, second] = sectionsOf(text, upTo(120));

    expect(second?.startsWith(start)).toBe(true);
  });

  it('cuts a text without spaces between characters, not within one', () => {
    const sections = sectionsOf('😀'.repeat(1_000), upTo(131));

    expect(sections.join('')).toBe('😀'.repeat(1_000));
    expect(sections.some((section) => /\p{Surrogate}/u.test(section))).toBe(false);
  });
});
