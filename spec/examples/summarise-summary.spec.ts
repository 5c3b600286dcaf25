import { BadAnswerError, parseSummary, summaryFormat } from '../../examples/summarise/summary.js';

const good = { title: 'Zod', summary: 'It checks.', keywords: ['schema'] };

describe('parseSummary', () => {
  it('reads an answer that fits', () => {
    expect(parseSummary(JSON.stringify(good))).toEqual(good);
  });

  it('takes away spaces around texts', () => {
    expect(parseSummary(JSON.stringify({ ...good, title: ' Zod\n' }))).toEqual(good);
  });

  it.each([
    ['no JSON', 'Sure! Here is', /not JSON/],
    ['half of it', '{"title":"Zod","summ', /not JSON/],
    ['no object', '"Zod"', /does not fit the schema: it:/],
    ['a missing text', JSON.stringify({ ...good, summary: undefined }), /schema: summary:/],
    ['an empty text', JSON.stringify({ ...good, title: ' ' }), /schema: title: is empty/],
    ['no keywords', JSON.stringify({ ...good, keywords: [] }), /schema: keywords:/],
    ['a keyword of a wrong kind', JSON.stringify({ ...good, keywords: [1] }), /keywords\.0:/],
  ])('refuses %s', (_, answer, message) => {
    expect(() => parseSummary(answer)).toThrow(BadAnswerError);
    expect(() => parseSummary(answer)).toThrow(message);
  });
});

describe('summaryFormat', () => {
  it('says only what a strict schema of OpenAI may say', () => {
    const { schema } = summaryFormat.json_schema;

    expect(schema).toMatchObject({
      required: ['title', 'summary', 'keywords'],
      additionalProperties: false,
    });
    expect(JSON.stringify(schema)).not.toMatch(/minLength|maxLength|default/);
  });
});
