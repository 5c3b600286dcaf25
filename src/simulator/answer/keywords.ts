/** Words of four letters and more that say nothing about what a text is about. */
const FILLERS = new Set(
  (
    'about above after again against also although always among another anything around because been ' +
    'before being below between both cannot could does doing done down during each either else even ' +
    'every from further give given have having here however into itself just like make makes many more ' +
    'most much must need never none nothing often once only other otherwise over please same several ' +
    'should since some something still such take text than that their them then there these they thing ' +
    'this those through thus together under until upon used uses using very want well were what when ' +
    'where whether which while will with within without would write your yours following summarise ' +
    'summarize summary'
  ).split(' '),
);

/**
 * The words of four letters and more that occur most often, at most `most`, the most frequent first;
 * of equally frequent ones the earlier.
 *
 * @internal
 */
export function keywordsOf(text: string, most: number): string[] {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}[\p{L}\p{N}-]{2,39}[\p{L}\p{N}]/gu)) {
    if (!FILLERS.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  // Sorting is stable, and a Map keeps the order of first appearance.
  const byCount = [...counts].sort(([, a], [, b]) => b - a);
  return byCount.slice(0, most).map(([word]) => word);
}
