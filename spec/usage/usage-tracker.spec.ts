import { type Usage, type UsageByModel, UsageTracker, type UsageUpdate } from '../../src/index.js';
import { errorOf } from '../support/error-of.js';

interface Answer {
  readonly prompt: number;
  readonly response: number;
}

const countUp = (current: Usage, { prompt, response }: Answer): Usage => ({
  requests: (current.requests ?? 0) + 1,
  prompt_tokens: (current.prompt_tokens ?? 0) + prompt,
  response_tokens: (current.response_tokens ?? 0) + response,
});

const usage = (requests: number, prompt_tokens: number, response_tokens: number) => ({
  requests,
  prompt_tokens,
  response_tokens,
});

const answer: Answer = { prompt: 100, response: 10 };

describe('UsageTracker', () => {
  let tracker: UsageTracker<Answer>;
  beforeEach(() => {
    tracker = new UsageTracker('report.md', countUp);
  });

  it('is empty at first', () => {
    expect([tracker.label, tracker.toJSON(), tracker.totals]).toEqual(['report.md', {}, {}]);
  });

  it.each<[string, UsageUpdate<Answer>[], UsageByModel]>([
    ['one response', [{ model: 'm', response: answer }], { m: { default: usage(1, 100, 10) } }],
    [
      'two responses of one model',
      [
        { model: 'm', response: answer },
        { model: 'm', response: answer },
      ],
      { m: { default: usage(2, 200, 20) } },
    ],
    [
      'sub-labels apart',
      [
        { model: 'm', response: answer },
        { model: 'm', response: answer, subLabel: 'summary' },
      ],
      { m: { default: usage(1, 100, 10), summary: usage(1, 100, 10) } },
    ],
    [
      'models apart',
      [
        { model: 'm', response: answer },
        { model: 'n', response: answer },
      ],
      { m: { default: usage(1, 100, 10) }, n: { default: usage(1, 100, 10) } },
    ],
    ['no model', [{ response: answer }], { unknown_model: { default: usage(1, 100, 10) } }],
    [
      'an undefined model and sub-label',
      [{ model: undefined, response: answer, subLabel: undefined }],
      { unknown_model: { default: usage(1, 100, 10) } },
    ],
    ['no response', [{ model: 'm' }], {}],
    ['an undefined response', [{ model: 'm', response: undefined }], {}],
    ['a response of null', [{ model: 'm', response: null as never }], {}],
    ['nothing at all', [{}], {}],
    [
      'names that every object has',
      [{ model: 'constructor', response: answer, subLabel: 'toString' }],
      { constructor: { toString: usage(1, 100, 10) } },
    ],
  ])('counts %s', (_what, updates, expected) => {
    for (const update of updates) tracker.updateFromModel(update);

    expect(tracker.toJSON()).toEqual(expected);
  });

  it('asks its parser with the usage so far and the response', () => {
    const parser = jest.fn(() => ({ requests: 1 }));
    const asking = new UsageTracker('label', parser);
    for (const response of ['first', 'second', '', 0, false])
      asking.updateFromModel({ model: 'm', response });

    expect(parser.mock.calls).toEqual([
      [{}, 'first'],
      [{ requests: 1 }, 'second'],
      [{ requests: 1 }, ''],
      [{ requests: 1 }, 0],
      [{ requests: 1 }, false],
    ]);
  });

  it('may be given a parser that changes what it was handed', () => {
    const seen: UsageByModel[] = [];
    const mutating = new UsageTracker<number>('label', (current, tokens) =>
      Object.assign(current, { tokens: (current.tokens ?? 0) + tokens }),
    );
    mutating.usage$.subscribe((all) => seen.push(all));
    for (const response of [3, 4]) mutating.updateFromModel({ model: 'm', response });

    expect(seen).toEqual([
      {},
      { m: { default: { tokens: 3 } } },
      { m: { default: { tokens: 7 } } },
    ]);
  });

  it('throws on what its parser throws, and changes nothing', () => {
    const failing = new UsageTracker<Answer>('label', (current, response) => {
      if (response.prompt < 0) throw new Error('no such answer');
      return countUp(current, response);
    });
    failing.updateFromModel({ model: 'm', response: answer });
    const before = failing.toJSON();

    expect(() =>
      failing.updateFromModel({ model: 'm', response: { prompt: -1, response: 0 } }),
    ).toThrow('no such answer');
    expect(failing.toJSON()).toBe(before);
  });

  it('totals each model over its sub-labels, also units that only one of them has', () => {
    const units = new UsageTracker<Usage>('label', (current, response) => ({
      ...current,
      ...response,
    }));
    units.updateFromModel({ model: 'm', response: { requests: 1, tokens: 5 } });
    units.updateFromModel({ model: 'm', response: { requests: 2, usd: 0.5 }, subLabel: 'summary' });
    units.updateFromModel({ model: 'n', response: { requests: 4 } });

    expect(units.totals).toEqual({ m: { requests: 3, tokens: 5, usd: 0.5 }, n: { requests: 4 } });
  });

  it('adds itself and its totals to another record, and gives that record back', () => {
    tracker.updateFromModel({ model: 'm', response: answer });
    tracker.updateFromModel({ model: 'm', response: answer, subLabel: 'summary' });
    const other = { before: 1 };

    expect(tracker.addTo(other)).toBe(other);
    expect(other).toEqual({
      before: 1,
      'report.md': {
        m: { default: usage(1, 100, 10), summary: usage(1, 100, 10) },
        tracker_totals: { m: usage(2, 200, 20) },
      },
    });
  });

  it('replaces what it added to the record before', () => {
    const other = {};
    tracker.addTo(other);
    expect(other).toEqual({ 'report.md': { tracker_totals: {} } });
    tracker.updateFromModel({ model: 'm', response: answer });
    tracker.addTo(other);

    expect(other).toMatchObject({ 'report.md': { tracker_totals: { m: usage(1, 100, 10) } } });
  });

  it('is plain data as JSON', () => {
    tracker.updateFromModel({ model: 'm', response: answer });

    expect(JSON.parse(JSON.stringify({ tracker }))).toEqual({
      tracker: { m: { default: usage(1, 100, 10) } },
    });
  });

  it('replays its usage, then tells each change', () => {
    tracker.updateFromModel({ model: 'm', response: answer });
    const seen: UsageByModel[] = [];
    tracker.usage$.subscribe((all) => seen.push(all));
    tracker.updateFromModel({ model: 'm' });
    tracker.updateFromModel({ model: 'm', response: answer });

    expect(seen).toEqual([
      { m: { default: usage(1, 100, 10) } },
      { m: { default: usage(2, 200, 20) } },
    ]);
  });

  it.each([
    ['label', '', countUp],
    ['label', ' ', countUp],
    ['label', undefined, countUp],
    ['label', 5, countUp],
    ['responseParser', 'label', undefined],
    ['responseParser', 'label', {}],
  ])('names %s when it is not allowed', (option, label, parser) => {
    expect(
      errorOf(() => new UsageTracker(label as string, parser as typeof countUp)),
    ).toMatchObject({ code: 'INVALID_OPTION', option });
  });
});
