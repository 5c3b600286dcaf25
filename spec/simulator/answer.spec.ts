import fc from 'fast-check';
import * as z from 'zod';
import { answerTo } from '../../src/simulator/answer/answer.js';
import { type ChatRequest, readChatRequest } from '../../src/simulator/chat-request.js';
import { textTokens } from '../../src/simulator/index.js';

const readme = `---
theme: x
---
<h1 align="center">Tideline</h1>

[![build](https://x/badge.svg)](https://x) ![npm](https://y)

<!-- a remark -->
**Tideline** draws tide tables in the [terminal](https://x/t). It reads
\`stations.json\` &amp; needs no network. Tables are cached for a day, e.g. on disk.

## Install

\`\`\`sh
npm install tideline
\`\`\`

| a | b |
|---|---|
- Tables of any station.
1. Tables of any year.
`;

function chat(prompt: string, further: object = {}): ChatRequest {
  const messages = [{ role: 'user', content: prompt }];
  return readChatRequest(JSON.stringify({ model: 'm', messages, ...further }));
}

const answer = (prompt: string, further?: object) => answerTo(chat(prompt, further));
const inJson = { response_format: { type: 'json_object' } };
const conforming = (schema: z.ZodType, further: object = {}) => ({
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'x', schema: z.toJSONSchema(schema) },
  },
  ...further,
});

describe('answerTo', () => {
  it('answers with the first sentences of a document, without its marks', () => {
    expect(answer(readme)).toEqual({
      text:
        'Tideline draws tide tables in the terminal. It reads stations.json & needs no network. ' +
        'Tables are cached for a day, e.g. on disk.',
      outputTokens: 33,
      finishReason: 'stop',
    });
  });

  it.each([
    ['before a heading', `Summarise this file in three sentences.\n\n${readme}`],
    ['before a heading on the same level of text', `You are terse. Be kind.\n${readme}`],
  ])('leaves out the instruction %s', (_, prompt) => {
    expect(answer(prompt).text).toMatch(/^Tideline draws/);
  });

  it.each([
    ['Summarise:\n\nThe tide comes in. It goes out.', 'The tide comes in. It goes out.'],
    ['Summarise:\n```\nThe tide comes in.\n```', 'The tide comes in.'],
    ['Why is the sea salty?', 'Why is the sea salty?'],
    ['no sentence at all', 'no sentence at all'],
    ['# Only a heading', 'Only a heading'],
    ['潮水涨了。潮水退了。', '潮水涨了。 潮水退了。'],
    ['```\nlet x = 1;\n```', 'let x = 1;'],
    ['> Quoted words are words.\n> So are these.', 'Quoted words are words. So are these.'],
    ['', 'The prompt holds no text.'],
    ['![](x)\n***\n', 'The prompt holds no text.'],
  ])('answers %j with %j', (prompt, text) => {
    expect(answer(prompt).text).toBe(text);
  });

  it('shortens a sentence without end at a word', () => {
    const { text, finishReason } = answer('word '.repeat(400));

    expect(text).toMatch(/^(word )+word…$/);
    expect(text.length).toBeLessThanOrEqual(600);
    expect(finishReason).toBe('stop');
  });

  it('cuts at max_tokens, as a provider does', () => {
    expect(answer(readme, { max_tokens: 3 })).toEqual({
      text: 'Tideline dra',
      outputTokens: 3,
      finishReason: 'length',
    });
    expect(answer(readme, { max_completion_tokens: 3 }).finishReason).toBe('length');
  });

  it('has exactly as many tokens as it says, within max_tokens, whatever is asked', () => {
    const json = fc.constantFrom({}, inJson);
    const tokens = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), json, tokens, (prompt, format, max_tokens) => {
        const { text, outputTokens } = answer(prompt, { ...format, max_tokens });

        expect(outputTokens).toBeLessThanOrEqual(max_tokens);
        expect(Math.abs(outputTokens - textTokens(text))).toBeLessThanOrEqual(1);
        // Half a character cannot be encoded.
        expect(() => encodeURIComponent(text)).not.toThrow();
      }),
    );
  });

  it.each(['![![![', '[[[[', '<!--', '<h1', '<a ', '- - - ', '* ', '> > ', '# ', '```\n', 'a.b. '])(
    'reads a prompt of nothing but %j to its end',
    (noise) => {
      expect(answer(noise.repeat(100_000)).text.length).toBeLessThanOrEqual(600);
    },
  );

  it('answers a request for any JSON with title, summary and keywords', () => {
    expect(JSON.parse(answer(readme, inJson).text)).toEqual({
      title: 'Tideline',
      summary: answer(readme).text,
      keywords: ['tables', 'tideline', 'draws', 'tide', 'terminal'],
    });
  });

  it('fills the names of a schema with what they speak of', () => {
    const schema = z.object({
      headline: z.string(),
      abstract: z.string(),
      tags: z.array(z.string()),
      mood: z.enum(['calm', 'rough']),
      score: z.number().min(0).max(10),
    });

    expect(JSON.parse(answer(readme, conforming(schema)).text)).toEqual({
      headline: 'Tideline',
      abstract: answer(readme).text,
      tags: ['tables', 'tideline', 'draws', 'tide', 'terminal'],
      mood: 'calm',
      score: 5,
    });
  });

  interface Tree {
    name: string;
    children: Tree[];
    parent: Tree | null;
  }
  const tree: z.ZodType<Tree> = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
    get parent() {
      return z.nullable(tree);
    },
  });

  it.each<[string, z.ZodType]>([
    ['bounded texts', z.object({ title: z.string().max(5), text: z.string().min(700).max(705) })],
    ['bounded lists', z.object({ a: z.array(z.string()).min(12), b: z.array(z.string()).max(2) })],
    ['lists of short texts', z.array(z.string().max(3)).length(4)],
    [
      'numbers',
      z.object({ a: z.int().positive(), b: z.number().max(-3), c: z.int().multipleOf(7) }),
    ],
    [
      'open bounds',
      z.object({ a: z.number().gt(1), b: z.number().lt(1), c: z.number().gt(0).lt(1) }),
    ],
    [
      'whole numbers in open bounds',
      z.object({ a: z.int().gt(4).lt(6), b: z.int().min(3).max(4) }),
    ],
    ['what may be missing or null', z.object({ a: z.string().nullable(), b: z.int().optional() })],
    ['alternatives', z.union([z.object({ kind: z.literal('a'), n: z.int() }), z.string()])],
    ['nesting', z.object({ a: z.object({ b: z.array(z.object({ c: z.boolean() })).min(3) }) })],
    ['tuples', z.tuple([z.string(), z.number(), z.boolean()])],
    ['intersections', z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() }))],
    ['formats', z.object({ a: z.iso.datetime(), b: z.email(), c: z.uuid(), d: z.url() })],
    ['a schema that contains itself', tree],
    ['nothing in particular', z.unknown()],
  ])('conforms to a schema of %s', (_, schema) => {
    const { text, finishReason } = answer(readme, conforming(schema));

    expect(finishReason).toBe('stop');
    expect(() => schema.parse(JSON.parse(text))).not.toThrow();
  });

  it('makes JSON shorter rather than break it', () => {
    const schema = z.object({
      title: z.string(),
      summary: z.string(),
      keywords: z.array(z.string()),
    });
    for (const max_tokens of [25, 40, 80]) {
      const { text, finishReason, outputTokens } = answer(
        readme,
        conforming(schema, { max_tokens }),
      );

      expect(finishReason).toBe('stop');
      expect(outputTokens).toBeLessThanOrEqual(max_tokens);
      expect(() => schema.parse(JSON.parse(text))).not.toThrow();
    }
  });

  it('breaks JSON off where even the shortest is too long, and says so', () => {
    const { text, finishReason } = answer(readme, { ...inJson, max_tokens: 4 });

    expect(finishReason).toBe('length');
    expect(text).toHaveLength(16);
  });

  it.each([
    { $ref: '#' },
    { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } },
    { $ref: 'https://example.com/schema' },
    { type: 'object', required: ['a'], properties: { a: { $ref: '#' } } },
    { anyOf: [] },
    { allOf: [1, { type: 'string' }] },
    { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9, items: {} } },
    { type: 'object', properties: { ['__proto__']: { type: 'string' }, b: 3 } },
    { enum: [] },
    { type: ['null'] },
    { type: 'string', minLength: 1e12 },
    [],
    'text',
  ])('answers with JSON of a bounded size for the schema %j', (schema) => {
    const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const { text } = answer('A tide.', { response_format });

    expect(text.length).toBeLessThan(100_000);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});
