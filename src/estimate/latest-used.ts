/** The latest used so many values by key; the one that was used longest ago is forgotten first. */
export class LatestUsed<Key, Value> {
  /** In order of use, as what is set anew goes to the end. */
  private readonly byKey = new Map<Key, Value>();

  constructor(private readonly most: number) {}

  get values(): readonly Value[] {
    return [...this.byKey.values()];
  }

  /** Finding a value is using it. */
  find(key: Key): Value | undefined {
    const found = this.byKey.get(key);
    if (found === undefined) return undefined;
    this.byKey.delete(key);
    this.byKey.set(key, found);
    return found;
  }

  add(key: Key, value: Value): Value {
    this.byKey.set(key, value);
    const [oldest] = this.byKey.keys();
    if (this.byKey.size > this.most) this.byKey.delete(oldest as Key);
    return value;
  }
}
