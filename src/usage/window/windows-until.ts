/**
 * How many fixed windows must leave, one after the other, until so much has been charged, as early as it fits: 0
 * when it fits now.
 *
 * Whatever is charged counts in all that are in reach. So once those have left that are in reach now, as many in
 * a row as are in reach together let out the limit, and the same again.
 *
 * @param charged What is charged in each that is in reach now, oldest first.
 * @param limit The most that any may hold.
 * @param inReach How many are in reach just after one has left.
 */
export function windowsUntil(
  amount: number,
  charged: readonly number[],
  limit: number,
  inReach: number,
): number {
  const held = [...charged];
  let rest = amount - fill(held, 0, held.length, limit);
  let left = 0;
  while (rest > 0 && left < charged.length) {
    left += 1;
    rest -= fill(held, left, left + inReach, limit);
  }
  if (!(rest > 0)) return left;
  const rounds = Math.ceil(rest / limit) - 1;
  rest -= rounds * limit;
  // In the last of them it fits, whatever rounding has left.
  const last = left + inReach;
  while (rest > 0 && left < last) {
    left += 1;
    rest -= fill(held, left, left + inReach, limit);
  }
  return left + rounds * inReach;
}

/** Charges to these windows all that fits, and answers how much that was. */
function fill(held: number[], from: number, to: number, limit: number): number {
  let most = 0;
  for (let index = from; index < to; index++) most = Math.max(most, (held[index] ??= 0));
  const free = Math.max(0, limit - most);
  for (let index = from; index < to; index++) held[index] = (held[index] ?? 0) + free;
  return free;
}
