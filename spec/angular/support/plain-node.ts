/** A node of a page that nobody sees: Angular renders to it where there is no browser. */
export class PlainNode {
  parent: PlainNode | null = null;
  private readonly listeners = new Map<string, (event: unknown) => unknown>();
  private readonly children: PlainNode[] = [];

  constructor(
    readonly name: string,
    public text = '',
  ) {}

  get textContent(): string {
    return this.text + this.children.map((child) => child.textContent).join('');
  }

  insert(child: PlainNode, before?: PlainNode | null): void {
    child.parent?.remove(child);
    child.parent = this;
    const at = before ? this.children.indexOf(before) : this.children.length;
    this.children.splice(at, 0, child);
  }

  remove(child: PlainNode): void {
    this.children.splice(this.children.indexOf(child), 1);
    child.parent = null;
  }

  after(child: PlainNode): PlainNode | null {
    return this.children[this.children.indexOf(child) + 1] ?? null;
  }

  find(name: string): PlainNode | undefined {
    return this.name === name ? this : this.children.map((child) => child.find(name)).find(Boolean);
  }

  listen(event: string, listener: (event: unknown) => unknown): () => void {
    this.listeners.set(event, listener);
    return () => this.listeners.delete(event);
  }

  dispatch(event: string, detail: unknown = {}): void {
    this.listeners.get(event)?.(detail);
  }
}
