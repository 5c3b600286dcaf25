/** Where the elements of a heap note their places: a `Map`, or fields of their own, which cost less. */
export interface Places<T> {
  get(element: T): number | undefined;
  set(element: T, place: number): unknown;
  delete(element: T): unknown;
}

/**
 * A binary heap that knows where each of its elements is: the one that is before all others is on top, and
 * any may leave, or find its place again when its key has changed, in O(log n).
 *
 * @example
 * const heap = new IndexedHeap<Alarm>((one, other) => one.at < other.at);
 * heap.add(alarm);
 * heap.top === alarm; // true
 * heap.remove(alarm);
 */
export class IndexedHeap<T> {
  private readonly elements: T[] = [];
  private readonly isBefore: (one: T, other: T) => boolean;
  private readonly places: Places<T>;

  constructor(isBefore: (one: T, other: T) => boolean, places: Places<T> = new Map<T, number>()) {
    this.isBefore = isBefore;
    this.places = places;
  }

  get size(): number {
    return this.elements.length;
  }

  get top(): T | undefined {
    return this.elements[0];
  }

  add(element: T): void {
    this.rise(element, this.elements.push(element) - 1);
  }

  /** Finds the element's place again after its key has changed. */
  moved(element: T): void {
    if (this.elements.length < 2) return;
    const place = this.placeOf(element);
    if (place >= 0 && this.rise(element, place) === place) this.sink(element, place);
  }

  /** Does nothing when it is not in. */
  remove(element: T): void {
    const place = this.placeOf(element);
    if (place < 0) return;
    this.places.delete(element);
    const last = this.elements.pop() as T;
    if (last === element) return;
    this.put(last, place);
    this.moved(last);
  }

  /** Below 0 where it is not in, though it may be in another heap that notes places in the same field. */
  private placeOf(element: T): number {
    const place = this.places.get(element) ?? -1;
    return place < 0 || this.elements[place] === element ? place : -1;
  }

  private rise(element: T, from: number): number {
    let place = from;
    while (place > 0) {
      const up = (place - 1) >> 1;
      const parent = this.elements[up] as T;
      if (!this.isBefore(element, parent)) break;
      this.put(parent, place);
      place = up;
    }
    this.put(element, place);
    return place;
  }

  private sink(element: T, from: number): void {
    let place = from;
    let down = this.smallerChild(place);
    while (down < this.elements.length && this.isBefore(this.elements[down] as T, element)) {
      this.put(this.elements[down] as T, place);
      place = down;
      down = this.smallerChild(place);
    }
    this.put(element, place);
  }

  /** Past the end where there is none. */
  private smallerChild(place: number): number {
    const left = 2 * place + 1;
    const right = left + 1;
    if (right >= this.elements.length) return left;
    return this.isBefore(this.elements[right] as T, this.elements[left] as T) ? right : left;
  }

  private put(element: T, place: number): void {
    this.elements[place] = element;
    this.places.set(element, place);
  }
}
