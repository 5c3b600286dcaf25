/** What an error's body holds, as far as it is looked at: the shallow parts first, up to fixed bounds. */
export interface ErrorBody {
  /** All texts in it, one a line. */
  readonly text: string;
  /** All objects in it, the outermost first. */
  readonly records: readonly Fields[];
}

/** An object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

const LONGEST_JSON = 100_000;
const LONGEST_TEXT = 8_000;
const MOST_VALUES = 500;
const MOST_IN_ONE = 100;

/** An answer that said nothing. */
export const NO_BODY: ErrorBody = { text: '', records: [] };

/** Reads a body that is parsed already, JSON, an event of a stream, or any other text. */
export function readErrorBody(body: unknown): ErrorBody {
  const values = breadthFirst(typeof body === 'string' ? parsed(body) : body);
  const texts = values.filter((value) => typeof value === 'string');
  return {
    text: texts
      .map((text) => text.slice(0, LONGEST_TEXT))
      .join('\n')
      .slice(0, LONGEST_TEXT),
    records: values.filter(isFields),
  };
}

/** Whether it is an object with fields. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function parsed(body: string): unknown {
  if (body.length > LONGEST_JSON) return body;
  const data = /^data:(.*)$/m.exec(body)?.[1] ?? body;
  try {
    return JSON.parse(data);
  } catch {
    return body;
  }
}

function breadthFirst(root: unknown): readonly unknown[] {
  const values = [root];
  for (let next = 0; next < values.length; next++) {
    const value = values[next];
    values.push(...insideOf(value).slice(0, MOST_VALUES - values.length));
  }
  return values;
}

function insideOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.slice(0, MOST_IN_ONE);
  return isFields(value) ? Object.values(value).slice(0, MOST_IN_ONE) : [];
}
