/** One edit that makes the sources do something wrong, and who must see it. */
export interface Fault {
  /** What is done wrong. */
  readonly name: string;
  /** The promise that it breaks: G1 to G12 of the design. */
  readonly breaks: string;
  readonly file: string;
  /** What is in the file, exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The spec, and a part of the names of its tests, that are run with it. */
  readonly spec: string;
  readonly test: string;
  /** Whether the linter must see it as well. */
  readonly lint?: boolean;
}

type Edit = Pick<Fault, 'name' | 'file' | 'find' | 'replace'>;

/** The source with the fault in it; throws where nobody knows any more what would be planted. */
export function plant(source: string, { name, file, find, replace }: Edit): string {
  const [before = '', after, ...more] = source.split(find);
  if (after !== undefined && more.length === 0) return before + replace + after;
  const times = after === undefined ? 'no more' : `${more.length + 1} times`;
  throw new Error(
    `The planted fault “${name}” fits no more: ${file} holds ${JSON.stringify(find)} ${times}. ` +
      'Look for where this is done now, and say so in spec/planted-faults/faults.ts.',
  );
}
