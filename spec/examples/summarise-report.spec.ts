import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { Account, spentIn } from '../../examples/summarise/account.js';
import { NoDocumentError } from '../../examples/summarise/documents.js';
import { notesOn } from '../../examples/summarise/notes.js';
import { failureOf, reasonOfDocument } from '../../examples/summarise/provider-failure.js';
import { NOTHING_DONE, type Report, tableOf } from '../../examples/summarise/report.js';
import { QuotaExceededError } from '../../src/index.js';

const report: Report = {
  outcomes: [
    { kind: 'summarised', path: 'a.md' },
    { kind: 'summarised', path: 'b.md' },
    { kind: 'failed', path: 'c.md', reason: 'the answer is not JSON' },
  ],
  plan: { doneBefore: 4, skipped: [new NoDocumentError('d.md', 'empty')] },
  limits: { requestsPerMinute: 100, tokensPerMinute: 100_000 },
  ...{ calls: 150, tokens: 190_000, cost: 0.03456 },
  elapsedMs: 63_400,
  refusals: { received: 0, sent: 0 },
};

const cell = (name: string, of: Report) =>
  new RegExp(`│ ${name} +│ (.*?) +│`).exec(tableOf(of))?.[1];

describe('the table', () => {
  it('tells documents, calls, tokens, cost, time, share of the quota and answers of 429', () => {
    expect(tableOf(report).split('\n')).toEqual([
      '┌─────────────────────────┬──────────────────────────────────────────────────┐',
      '│ documents               │ 2 summarised, 1 failed, 4 done before, 1 skipped │',
      '│ calls                   │ 150                                              │',
      '│ tokens                  │ 190,000                                          │',
      '│ cost                    │ $0.0346                                          │',
      '│ time                    │ 1 min 3 s                                        │',
      '│ share of the quota used │ 95.0 % of the tokens                             │',
      '│                         │ 75.0 % of the requests                           │',
      '│                         │ that 2 windows of a minute can grant             │',
      "│ answers of 429          │ 0, and 0 by the simulator's own count            │",
      '└─────────────────────────┴──────────────────────────────────────────────────┘',
    ]);
  });

  it.each([
    [0, 190],
    [59_999, 190],
    [60_000, 95],
    [119_999, 95],
    [120_000, 63.3],
  ])('takes the windows that have begun for the quota: %i ms', (elapsedMs, percent) => {
    expect(cell('share of the quota used', { ...report, elapsedMs })).toBe(
      `${percent.toFixed(1)} % of the tokens`,
    );
  });

  it('has nothing to tell of a run that had nothing to do', () => {
    const nothing = { ...NOTHING_DONE, plan: report.plan, limits: report.limits };

    expect(cell('documents', nothing)).toBe('0 summarised, 4 done before, 1 skipped');
    expect(cell('share of the quota used', nothing)).toBe('none');
    expect(cell('answers of 429', nothing)).toBe('0');
  });

  it('says so when the price is not known', () => {
    expect(cell('cost', { ...report, cost: undefined })).toBe('unknown cost');
  });
});

describe('notesOn', () => {
  it('counts the files for each reason, and names the first of them', () => {
    const skipped = ['a', 'b', 'c', 'd'].map((path) => new NoDocumentError(path, 'empty'));

    expect(notesOn([...skipped, new NoDocumentError('e', 'larger than 4 MB')])).toEqual([
      'skipped 4 files (empty): a, b, c, …',
      'skipped 1 file (larger than 4 MB): e',
    ]);
  });
});

describe('Account', () => {
  it('keeps account of each document, and of all together', () => {
    const account = new Account();
    const [one, other] = ['one.md', 'other.md'].map((path) => ({ path, text: '', hash: '' }));
    const response = (total: number, cost?: number) => ({
      usage: { prompt_tokens: total - 1, completion_tokens: 1, total_tokens: total },
      ...(cost !== undefined && { cost }),
    });
    const add = (document: typeof one, ...response_: Parameters<typeof response>) => {
      const [model, subLabel] = ['gpt-4o-mini', document!.path];
      account.of(document!).updateFromModel({ model, subLabel, response: response(...response_) });
    };

    add(one, 100, 0.25);
    add(one, 50, 0.25);
    add(other, 7, 0.5);

    expect(spentIn(account.of(one!).toJSON())).toEqual({ calls: 2, tokens: 150, cost: 0.5 });
    expect(spentIn(account.of(other!).toJSON())).toEqual({ calls: 1, tokens: 7, cost: 0.5 });
    expect(spentIn(account.ofAll.toJSON())).toEqual({ calls: 3, tokens: 157, cost: 1 });

    add(other, 3);

    expect(spentIn(account.ofAll.toJSON())).toMatchObject({ tokens: 160, cost: 1 });
  });
});

describe('an error of the provider', () => {
  const host = 'api.example.com';
  const circumstances = { host, model: 'gpt-4o-mini', saved: 0 };
  const secret = 'Incorrect API key provided: sk-secret';
  const headers = new Headers();
  const noCredit = APIError.generate(429, { error: { code: 'insufficient_quota' } }, '', headers);
  const refused = new APIConnectionError({
    cause: new TypeError('fetch failed', {
      cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }),
    }),
  });

  it.each([
    [new AuthenticationError(401, undefined, secret, headers), /refuses the key \(401\); set OPE/],
    [APIError.generate(403, {}, secret, headers), /does not allow gpt-4o-mini .* --model$/],
    [new NotFoundError(404, undefined, secret, headers), /knows no model gpt-4o-mini \(404\)/],
    [noCredit, /has no credit left \(429\)/],
    [refused, /^no answer from api\.example\.com \(ECONNREFUSED\); check OPENAI_BASE_URL/],
    [new QuotaExceededError('tokens', 2_400, 1_000), /^rxllm: a call that costs 2400 tokens/],
  ])('stops everything, in one line without the key: %#', (error, message) => {
    expect(reasonOfDocument(error)).toBeUndefined();
    const failure = failureOf(error, circumstances) as Error;
    expect(failure.name).toBe('Failure');
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toMatch(/secret|\n/);
  });

  it('that stops everything does not hide what was saved', () => {
    expect(failureOf(refused, { ...circumstances, saved: 2 })).toHaveProperty(
      'message',
      expect.stringMatching(/; 2 summaries saved until then$/),
    );
  });

  it.each([
    [APIError.generate(400, {}, secret, headers), 400],
    [new RateLimitError(429, undefined, secret, headers), 429],
    [new InternalServerError(503, undefined, secret, headers), 503],
  ])('is of one document only: %#', (error, status) => {
    expect(reasonOfDocument(error)).toBe(`the provider answers ${status}`);
  });

  it('is left as it is when nobody has foreseen it', () => {
    const bug = new TypeError('undefined is not a function');

    expect(reasonOfDocument(bug)).toBeUndefined();
    expect(failureOf(bug, circumstances)).toBe(bug);
  });
});
