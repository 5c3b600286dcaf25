import type { PriorityLevel } from './priority-level.js';

/** A binary heap of priority levels: the one whose first call goes next is on top. */
export class LevelHeap {
  private readonly levels: PriorityLevel[] = [];

  get top(): PriorityLevel | undefined {
    return this.levels[0];
  }

  add(level: PriorityLevel): void {
    level.heapIndex = this.levels.push(level) - 1;
    this.rise(level);
  }

  /** Finds the level's place again after its key has grown. */
  sink(level: PriorityLevel): void {
    let smallest = this.smallerChild(level);
    while (smallest && this.isBefore(smallest, level)) {
      this.swap(level, smallest);
      smallest = this.smallerChild(level);
    }
  }

  remove(level: PriorityLevel): void {
    const last = this.levels.pop();
    if (!last || last === level) return;
    last.heapIndex = level.heapIndex;
    this.levels[last.heapIndex] = last;
    this.rise(last);
    this.sink(last);
  }

  /** Finds the level's place again after its key has become less. */
  rise(level: PriorityLevel): void {
    while (level.heapIndex > 0) {
      const parent = this.levels[(level.heapIndex - 1) >> 1];
      if (!parent || !this.isBefore(level, parent)) return;
      this.swap(level, parent);
    }
  }

  private smallerChild(level: PriorityLevel): PriorityLevel | undefined {
    const left = this.levels[2 * level.heapIndex + 1];
    const right = this.levels[2 * level.heapIndex + 2];
    return left && right && this.isBefore(right, left) ? right : left;
  }

  private isBefore(one: PriorityLevel, other: PriorityLevel): boolean {
    return one.key < other.key || (one.key === other.key && one.priority > other.priority);
  }

  private swap(one: PriorityLevel, other: PriorityLevel): void {
    const index = one.heapIndex;
    one.heapIndex = other.heapIndex;
    other.heapIndex = index;
    this.levels[one.heapIndex] = one;
    this.levels[other.heapIndex] = other;
  }
}
