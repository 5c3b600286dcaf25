import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Result, Results } from '../../examples/summarise/results.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxllm-summarise-'));
  file = join(folder, 'summaries.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

const resultOf = (name: string, hash = 'h1'): Result => ({
  path: join(folder, name),
  hash,
  title: 'A title',
  summary: 'Ünï ☃ in\ntwo lines.',
  keywords: ['one'],
  sections: 1,
  tokens: 100,
});

function add(...results: readonly Result[]): void {
  open((opened) => {
    for (const result of results) opened.add(result);
  });
}

function open<T>(use: (results: Results) => T, { isFresh = false } = {}): T {
  const results = Results.open(file, { isFresh });
  try {
    return use(results);
  } finally {
    results[Symbol.dispose]();
  }
}

const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const isDone = (result: Result) => open((results) => results.has(result));

describe('Results', () => {
  it('writes a line for each, with the path as seen from the file', () => {
    add(resultOf('docs/a.md'), resultOf('b.md'));

    expect(lines().map((line) => JSON.parse(line) as Result)).toEqual([
      { ...resultOf('docs/a.md'), path: 'docs/a.md' },
      { ...resultOf('b.md'), path: 'b.md' },
    ]);
  });

  it('knows on opening again what is done: the same path and the same content', () => {
    add(resultOf('a.md', 'h1'));

    expect(isDone(resultOf('a.md', 'h1'))).toBe(true);
    expect(isDone(resultOf('a.md', 'h2'))).toBe(false);
    expect(isDone(resultOf('b.md', 'h1'))).toBe(false);
  });

  it('adds to what is there', () => {
    add(resultOf('a.md'));
    add(resultOf('b.md'));

    expect(lines()).toHaveLength(2);
  });

  it('drops a last line that was cut off, wherever it was, and nothing else', () => {
    add(resultOf('a.md'), resultOf('b.md'));
    const whole = readFileSync(file);
    const firstLine = whole.indexOf('\n') + 1;

    for (let end = firstLine; end < whole.length; end++) {
      writeFileSync(file, whole.subarray(0, end));

      expect(isDone(resultOf('a.md'))).toBe(true);
      expect(isDone(resultOf('b.md'))).toBe(false);
      expect(readFileSync(file)).toEqual(whole.subarray(0, firstLine));
    }
  });

  it.each([
    ['a line of something else', '{"name":"package"}\n', /line 1: not a summary of this program/],
    ['a text without an end of line', '# Readme', /last line: not a summary of this program/],
  ])('leaves a file that is not its own as it is: %s', (_, content, message) => {
    writeFileSync(file, content);

    expect(() => isDone(resultOf('a.md'))).toThrow(message);
    expect(() => open(() => 0, { isFresh: true })).toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('starting anew, keeps the old lines until there is a new one', () => {
    add(resultOf('a.md'), resultOf('b.md'));

    open(
      (results) => {
        expect(results.has(resultOf('a.md'))).toBe(false);
        expect(lines()).toHaveLength(2);
        results.add(resultOf('c.md'));
        results.add(resultOf('d.md'));
      },
      { isFresh: true },
    );

    expect(lines().map((line) => (JSON.parse(line) as Result).path)).toEqual(['c.md', 'd.md']);
  });

  it('says in one line where it cannot write', () => {
    mkdirSync(file);

    expect(() => isDone(resultOf('a.md'))).toThrow(/jsonl: cannot write it: it is a folder$/);
  });
});
