import type { NoDocumentError } from './documents.js';
import { plural } from './format.js';

const MOST_NAMES = 3;

/** One note for each reason why files were skipped, with how many there are and the first of them. */
export function notesOn(skipped: readonly NoDocumentError[]): string[] {
  const reasons = new Set(skipped.map(({ reason }) => reason));
  return [...reasons].map((reason) => {
    const paths = skipped.filter((one) => one.reason === reason).map(({ path }) => path);
    const names = paths.slice(0, MOST_NAMES).join(', ') + (paths.length > MOST_NAMES ? ', …' : '');
    return `skipped ${plural(paths.length, 'file')} (${reason}): ${names}`;
  });
}
