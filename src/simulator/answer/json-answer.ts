import { numberFor } from './json-number.js';
import { isObject, type JsonObject } from './json-schema.js';
import { listAt, numberAt, objectAt, resolve, typeOf } from './json-schema.js';
import { fitted, stringFor } from './json-string.js';
import type { PromptDocument } from './prompt-document.js';

/** What an answer in JSON holds when the request names no schema for it. */
const SUMMARY_SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    summary: { type: 'string' },
    keywords: { type: 'array', items: { type: 'string' } },
  },
};

/** Deeper than this stands only what must, so that a schema that contains itself ends. */
const DEEP = 4;
const DEEPEST = 32;
/** Values in one answer: a small schema can stand for billions of them. */
const MOST_VALUES = 2_000;

/**
 * A value that conforms to a JSON schema, filled from a document: its title where a name speaks of
 * one, its first sentences in other strings, its keywords in lists of strings, the first of an `enum`.
 *
 * Understood are `type`, `properties`, `required`, `items`, `prefixItems`, `enum`, `const`, `anyOf`,
 * `oneOf`, `allOf`, `$ref` within the schema, the bounds of lengths, lists and numbers, and `format`
 * of dates, addresses and ids. Not understood: `pattern`, `not`, `if`, references to elsewhere.
 *
 * @param length the most characters of each text in it
 * @internal
 */
export function jsonAnswer(schema: unknown, document: PromptDocument, length: number): unknown {
  return new JsonAnswer(isObject(schema) ? schema : SUMMARY_SCHEMA, document, length).make();
}

class JsonAnswer {
  private values = 0;

  constructor(
    private readonly root: JsonObject,
    private readonly document: PromptDocument,
    private readonly length: number,
  ) {}

  make(): unknown {
    return this.valueFor(this.root, '', 0);
  }

  private valueFor(given: unknown, name: string, depth: number): unknown {
    if (++this.values > MOST_VALUES || depth > DEEPEST) return null;
    const schema = resolve(given, this.root, depth >= DEEP);
    if ('const' in schema) return schema['const'];
    if (listAt(schema, 'enum').length > 0) return listAt(schema, 'enum')[0];
    switch (typeOf(schema)) {
      case 'object':
        return this.objectFor(schema, depth);
      case 'array':
        return this.arrayFor(schema, name, depth);
      case 'number':
      case 'integer':
        return numberFor(schema);
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return stringFor(schema, name, this.document, this.length);
    }
  }

  private objectFor(schema: JsonObject, depth: number): unknown {
    const required = listAt(schema, 'required');
    const entries = Object.entries(objectAt(schema, 'properties')).filter(
      ([name]) => depth < DEEP || required.includes(name),
    );
    return Object.fromEntries(
      entries.map(([name, value]) => [name, this.valueFor(value, name, depth + 1)]),
    );
  }

  private arrayFor(schema: JsonObject, name: string, depth: number): unknown[] {
    const start = listAt(schema, 'prefixItems').map((item) => this.valueFor(item, name, depth + 1));
    const item = resolve(schema['items'], this.root, depth >= DEEP);
    const keywords = isPlainText(item) ? this.keywords(item) : [];
    const wanted = depth >= DEEP || schema['items'] === false ? 0 : Math.max(1, keywords.length);
    const least = numberAt(schema, 'minItems', 0) - start.length;
    const most = Math.min(numberAt(schema, 'maxItems', MOST_VALUES), MOST_VALUES) - start.length;
    const count = Math.max(0, Math.min(Math.max(wanted, least), most));
    const rest = Array.from(
      { length: count },
      (_, i) => keywords[i] ?? this.valueFor(schema['items'], name, depth + 1),
    );
    return [...start, ...rest];
  }

  /** Five keywords, fewer where texts have to be short. */
  private keywords(item: JsonObject): string[] {
    const count = Math.min(5, Math.ceil(this.length / 40));
    return this.document.keywords.slice(0, count).map((word) => fitted(word, item));
  }
}

function isPlainText(schema: JsonObject): boolean {
  const isFixed = ['enum', 'const', 'format'].some((word) => word in schema);
  return typeOf(schema) === 'string' && !isFixed;
}
