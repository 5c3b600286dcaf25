/** Elements that are alike, as many as there is something to show: used again rather than made anew. */
export class Rows<Row extends Element = Element> {
  private readonly made: Row[] = [];

  constructor(
    private readonly parent: Element,
    private readonly make: () => Row,
  ) {}

  /** Shows `count` of them, each as `show` puts it. */
  draw(count: number, show: (row: Row, at: number) => void): void {
    for (let at = 0; at < count; at++) show(this.at(at), at);
    for (const row of this.made.slice(count)) if (row.isConnected) row.remove();
  }

  private at(index: number): Row {
    const row = (this.made[index] ??= this.make());
    if (row.parentNode !== this.parent) this.parent.append(row);
    return row;
  }
}
