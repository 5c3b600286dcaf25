let depth = 0;

/**
 * Whether a caller is leaving just now: he has unsubscribed, and others may do so next, in the same run of code.
 *
 * What he frees is then not for whoever is next this moment, who may be about to leave too and would be sent,
 * and charged, for nobody. Process-wide, as what one service frees may let calls of others out.
 */
export function isLeaving(): boolean {
  return depth > 0;
}

/** Runs what a caller brings about by leaving. */
export function asLeaving(work: () => void): void {
  depth += 1;
  try {
    work();
  } finally {
    depth -= 1;
  }
}
