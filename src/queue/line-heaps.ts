import { IndexedHeap } from '../heap/indexed-heap.js';
import type { Line } from './line.js';
import type { Queueable } from './queueable.js';

/** The one with the lowest start on top; of equals one that was not served yet, else the one that was longest ago. */
export function linesByStart(): IndexedHeap<Line> {
  return new IndexedHeap<Line>(
    (one, other) => one.start < other.start || (one.start === other.start && one.turn < other.turn),
    {
      get: (line) => line.startPlace,
      set: (line, place) => (line.startPlace = place),
      delete: (line) => (line.startPlace = -1),
    },
  );
}

/** The one whose first came first on top: none that is empty is in it. */
export function linesByAge(): IndexedHeap<Line> {
  return new IndexedHeap<Line>(
    (one, other) => (one.first as Queueable).order < (other.first as Queueable).order,
    {
      get: (line) => line.agePlace,
      set: (line, place) => (line.agePlace = place),
      delete: (line) => (line.agePlace = -1),
    },
  );
}
