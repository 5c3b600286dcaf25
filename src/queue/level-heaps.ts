import { IndexedHeap } from '../heap/indexed-heap.js';
import type { PriorityLevel } from './priority-level.js';

/** The one that goes next on top; of equals the one of higher priority. */
export function levelsByKey(): IndexedHeap<PriorityLevel> {
  return new IndexedHeap<PriorityLevel>(
    (one, other) => one.key < other.key || (one.key === other.key && one.priority > other.priority),
    {
      get: (level) => level.keyPlace,
      set: (level, place) => (level.keyPlace = place),
      delete: (level) => (level.keyPlace = -1),
    },
  );
}

/** The lowest on top. */
export function levelsByPriority(): IndexedHeap<PriorityLevel> {
  return new IndexedHeap<PriorityLevel>((one, other) => one.priority < other.priority, {
    get: (level) => level.priorityPlace,
    set: (level, place) => (level.priorityPlace = place),
    delete: (level) => (level.priorityPlace = -1),
  });
}
