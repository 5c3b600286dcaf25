import { fieldOf } from './field.js';

/** An error of a network lies two deep in those of clients; more is a chain without an end. */
const MOST_CAUSES = 6;

/** An error, its `cause`, the cause of that, and so on: the outermost first, each once. */
export function causesOf(error: unknown): readonly unknown[] {
  const causes = new Set<unknown>();
  for (let next = error; next !== undefined; next = causeOf(next)) {
    if (causes.size === MOST_CAUSES || causes.has(next)) break;
    causes.add(next);
  }
  return [...causes];
}

/** The AI SDK has no `cause` but the `lastError` of its own retries. */
function causeOf(error: unknown): unknown {
  return fieldOf(error, 'cause') ?? fieldOf(error, 'lastError');
}
