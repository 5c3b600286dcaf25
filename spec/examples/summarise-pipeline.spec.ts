import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AuthenticationError, BadRequestError } from 'openai';
import { finalize, lastValueFrom, NEVER, of, Subject, throwError, toArray } from 'rxjs';
import {
  type Outcome,
  type Parts,
  type Summarised,
  summarise,
} from '../../examples/summarise/pipeline.js';
import { cutFor } from '../../examples/summarise/plan.js';
import { sectionsOf } from '../../examples/summarise/sections.js';
import { BadAnswerError } from '../../examples/summarise/summary.js';

const answer = { title: 'Title', summary: 'A summary.', keywords: ['word'] };

let folder: string;
let saved: Summarised[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxllm-summarise-'));
  saved = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const paragraphs = (count: number) => `${'word '.repeat(35)}\n\n`.repeat(count);

function partsOf(parts: Partial<Parts>): Parts {
  return {
    cut: (text) => sectionsOf(text, ({ length }) => length <= 200),
    ask: () => of(answer),
    save: (summarised) => saved.push(summarised),
    documentsAtOnce: 10,
    ...parts,
  };
}

function outcomesOf(paths: readonly string[], parts: Partial<Parts>): Promise<Outcome[]> {
  return lastValueFrom(summarise(paths, partsOf(parts)).pipe(toArray()));
}

describe('summarise', () => {
  it.each([
    ['a section', 1, ['document']],
    ['several sections', 3, ['section', 'section', 'section', 'combine']],
    // 40 summaries of 20 characters are 4 sections and a bit, and their 5 summaries are one.
    ['sections by the dozen', 40, [...Array<string>(45).fill('section'), 'combine']],
  ])('asks of a document of %s once for each, then for all', async (_, count, tasks) => {
    const ask = jest.fn<ReturnType<Parts['ask']>, Parameters<Parts['ask']>>(() => of(answer));

    await outcomesOf([write('a.md', paragraphs(count))], { ask });

    expect(ask.mock.calls.map(([task]) => task)).toEqual(tasks);
    expect(saved).toEqual([{ ...answer, document: expect.any(Object), sections: count }]);
  });

  it('joins the summaries in the order of their sections, whichever came first', async () => {
    const answers = [new Subject<typeof answer>(), new Subject<typeof answer>()];
    const asked: string[] = [];
    const outcomes = outcomesOf([write('a.md', paragraphs(2))], {
      ask: (task, text) => {
        asked.push(text);
        return answers[asked.length - 1] ?? of(answer);
      },
    });
    while (asked.length < 2) await new Promise(setImmediate);

    for (const [index, number] of [
      [1, 'two'],
      [0, 'one'],
    ] as const) {
      answers[index]?.next({ ...answer, title: number });
      answers[index]?.complete();
    }
    await outcomes;

    expect(asked.at(-1)).toBe('# one\n\nA summary.\n\n# two\n\nA summary.');
  });

  it('comes to an end with the smallest quota and a model that finds none', async () => {
    const endless = { ...answer, summary: 'word '.repeat(1_000) };

    await outcomesOf([write('a.md', paragraphs(400))], {
      cut: cutFor(1_000),
      ask: () => of(endless),
    });

    expect(saved).toHaveLength(1);
  });

  it('goes on with the others when one document fails', async () => {
    const paths = ['a.md', 'b.md', 'c.md'].map((name) => write(name, name));
    const errors = new Map<string, Error>([
      ['a.md', new BadAnswerError('the answer is not JSON')],
      ['b.md', new BadRequestError(400, undefined, 'filtered', new Headers())],
    ]);

    const outcomes = await outcomesOf([...paths, join(folder, 'gone.md')], {
      ask: (task, text, { path }) => {
        const error = errors.get(basename(path));
        return error ? throwError(() => error) : of(answer);
      },
    });

    const reasons = outcomes.map((outcome) => [
      basename(outcome.path),
      outcome.kind === 'failed' ? outcome.reason : outcome.kind,
    ]);
    expect(Object.fromEntries(reasons)).toEqual({
      'a.md': 'the answer is not JSON',
      'b.md': 'the provider answers 400',
      'c.md': 'summarised',
      'gone.md': expect.stringMatching(/gone\.md is not readable$/),
    });
  });

  it('ends with the error that would stop the others too, and cancels them', async () => {
    const wrongKey = new AuthenticationError(401, undefined, 'wrong key', new Headers());
    const answers = [1, 2, 3].map(() => new Subject<typeof answer>());
    const paths = answers.map((_, index) => write(`${index}.md`, String(index)));
    let asked = 0;
    let cancelled = 0;

    const outcomes = outcomesOf(paths, {
      ask: (_, text) => {
        asked++;
        return answers[Number(text)]!.pipe(finalize(() => cancelled++));
      },
    });
    while (asked < 3) await new Promise(setImmediate);
    answers[2]?.error(wrongKey);

    await expect(outcomes).rejects.toBe(wrongKey);
    expect(cancelled).toBe(3);
    expect(answers.some(({ observed }) => observed)).toBe(false);
  });

  it('reads a document only when its turn comes', async () => {
    const asked: string[] = [];
    const paths = ['a.md', 'b.md', 'c.md'].map((name) => write(name, name));

    const subscription = summarise(
      paths,
      partsOf({
        documentsAtOnce: 2,
        ask: (task, text) => {
          asked.push(text);
          return NEVER;
        },
      }),
    ).subscribe();
    while (asked.length < 2) await new Promise(setImmediate);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    subscription.unsubscribe();

    expect(asked.sort()).toEqual(['a.md', 'b.md']);
  });
});
