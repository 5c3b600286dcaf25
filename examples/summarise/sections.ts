/** Where a text is cut, best place first: before a heading, after a paragraph, a line, a word. */
const BOUNDARIES = [/^(?=#{1,6} )/m, /(?<=\n\r?\n)/, /(?<=\n)/, /(?<=\s)/] as const;

/** Pieces of a text without a single space, short enough to fill a section well. */
const WITHOUT_SPACES = /.{1,64}/gsu;

/**
 * Cuts a text into sections that fit, each as long as it can be, at the best places there are.
 *
 * Nothing is lost and nothing is added: the sections, joined, are the text.
 *
 * @param fits Whether a text is short enough. Must be true of every text of 64 characters.
 */
export function sectionsOf(text: string, fits: (text: string) => boolean): string[] {
  return joinWhileFits(piecesOf(text, fits, BOUNDARIES), fits);
}

/** Cuts at the best kind of place, and again at the next best only what is still too long. */
function piecesOf(
  text: string,
  fits: (text: string) => boolean,
  [boundary, ...finer]: readonly RegExp[],
): string[] {
  if (fits(text)) return [text];
  if (!boundary) return text.match(WITHOUT_SPACES) ?? [];
  return text.split(boundary).flatMap((piece) => piecesOf(piece, fits, finer));
}

function joinWhileFits(pieces: readonly string[], fits: (text: string) => boolean): string[] {
  const sections: string[] = [];
  let section = '';
  for (const piece of pieces) {
    if (section !== '' && !fits(section + piece)) {
      sections.push(section);
      section = '';
    }
    section += piece;
  }
  return section === '' ? sections : [...sections, section];
}
