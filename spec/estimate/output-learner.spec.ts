import fc from 'fast-check';
import { InvalidOptionError, type Usage } from '../../src/index.js';
import { OutputLearner } from '../../src/estimate/output-learner.js';
import { errorOf } from '../support/error-of.js';
import { NaiveOutputLearner } from './naive-output-learner.js';

const COST: Usage = { requests: 1, tokens: 1_124, inputTokens: 100, outputTokens: 1_024 };

/** A learner that has seen one answer of 200 tokens, which is enough for it. */
function learnt(label: string | undefined = 'a'): OutputLearner {
  const learner = new OutputLearner({ atLeast: 1 });
  learner.observe(label, 200);
  return learner;
}

/** One that has seen enough answers, 200 tokens long the longest, to expect no more of as many again. */
function sure(): OutputLearner {
  const learner = new OutputLearner();
  observeAll(learner, [...Array<number>(80).fill(0), ...Array<number>(20).fill(200)]);
  return learner;
}

function observeAll(learner: OutputLearner, outputs: readonly number[]): void {
  for (const outputTokens of outputs) learner.observe('a', outputTokens);
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('what OutputLearner expects', () => {
  it('is nothing before 20 answers are known, then what 90 of 100 fit into', () => {
    const learner = new OutputLearner();
    observeAll(learner, oneTo(19));

    expect(learner.expected('a')).toBeUndefined();
    learner.observe('a', 20);
    expect(learner.expected('a')).toBe(18);
  });

  it('is made of the last 200 answers', () => {
    const learner = new OutputLearner();
    observeAll(learner, [...Array<number>(50).fill(9_999), ...oneTo(150)]);

    expect(learner.expected('a')).toBe(9_999);
    observeAll(learner, oneTo(50));
    expect(learner.expected('a')).toBe(130);
  });

  it.each([
    // quantile, answers, expected; ranks on paper: 1, 1, 2, 2, 4, 7, 7, 29, 100
    [0.1, [15, 20, 35, 40, 50], 15],
    [0.2, [15, 20, 35, 40, 50], 15],
    [0.3, [15, 20, 35, 40, 50], 20],
    [0.4, [50, 40, 35, 20, 15], 20],
    [0.8, [15, 20, 35, 40, 50], 40],
    [0.07, oneTo(100), 7],
    [0.7, oneTo(10), 7],
    [0.29, oneTo(100), 29],
    [1, oneTo(100), 100],
    [0.5, [7, 7, 7, 7], 7],
    [0.001, [3], 3],
  ])('is the nearest rank: %p of %j', (quantile, outputs, expected) => {
    const learner = new OutputLearner({ quantile, atLeast: 1 });
    observeAll(learner, outputs);

    expect(learner.expected('a')).toBe(expected);
  });

  it('is the label’s own, whatever it is called', () => {
    const learner = new OutputLearner({ atLeast: 1 });
    const labels = ['__proto__', 'constructor', '', 'undefined', undefined];
    labels.forEach((label, index) => {
      expect(learner.expected(label)).toBeUndefined();
      learner.observe(label, index);
    });

    expect(labels.map((label) => learner.expected(label))).toEqual([0, 1, 2, 3, 4]);
  });

  it('is forgotten for the label that was used longest ago when there are 1,000 others', () => {
    const learner = new OutputLearner({ atLeast: 1 });
    for (const label of oneTo(1_000)) learner.observe(`${label}`, label);
    learner.observe('1', 1);
    learner.expected('2');
    learner.adjust({}, '3');
    learner.settled('4', COST, COST);
    learner.observe(undefined, 0);
    const labels = learner.accuracy.map(({ label }) => label);

    expect(labels).toHaveLength(1_000);
    expect(labels).toEqual(expect.arrayContaining(['1', '2', '3', '4', '6', undefined]));
    expect(learner.expected('5')).toBeUndefined();
    expect(learner.expected('6')).toBe(6);
  });

  it('asks of labels that are unknown without remembering them', () => {
    const learner = learnt();
    for (const label of oneTo(1_000)) {
      learner.expected(`${label}`);
      learner.adjust(COST, `${label}`);
      learner.settled(`${label}`, {}, {});
    }

    expect(learner.accuracy).toMatchObject([{ label: 'a' }]);
  });
});

describe('OutputLearner adjusts', () => {
  it('the output to what is expected, tokens by the same, and nothing else', () => {
    const cost = { ...COST, usd: 0.5 };

    expect(sure().adjust(cost, 'a')).toEqual({
      requests: 1,
      tokens: 300,
      inputTokens: 100,
      outputTokens: 200,
      usd: 0.5,
    });
    expect(cost).toEqual({ ...COST, usd: 0.5 });
  });

  it.each<[string, Usage, Usage]>([
    ['no tokens', { outputTokens: 1_024 }, { outputTokens: 200 }],
    ['no input', { tokens: 1_124, outputTokens: 1_024 }, { tokens: 300, outputTokens: 200 }],
    [
      'tokens with an overhead',
      { ...COST, tokens: 1_131 },
      { ...COST, tokens: 307, outputTokens: 200 },
    ],
    [
      'tokens of the input only',
      { ...COST, tokens: 100 },
      { ...COST, tokens: 100, outputTokens: 200 },
    ],
    [
      'the larger of both as tokens',
      { ...COST, tokens: 1_024 },
      { ...COST, tokens: 1_024, outputTokens: 200 },
    ],
  ])('a cost with %s', (_, cost, adjusted) => {
    expect(sure().adjust(cost, 'a')).toEqual(adjusted);
  });

  it.each<[string, Usage, string | undefined]>([
    ['that names no output', { requests: 1, tokens: 1_124 }, 'a'],
    ['that is empty', {}, 'a'],
    ['that expects less', { ...COST, outputTokens: 199 }, 'a'],
    ['that expects the same', { ...COST, outputTokens: 200 }, 'a'],
    ['of a label of which nothing is known', COST, 'b'],
    ['without a label', COST, undefined],
  ])('nothing of a cost %s', (_, cost, label) => {
    expect(sure().adjust(cost, label)).toBe(cost);
  });

  it('nothing before it knows enough', () => {
    const learner = new OutputLearner({ atLeast: 2 });
    learner.observe('a', 200);

    expect(learner.adjust(COST, 'a')).toBe(COST);
  });

  it('output only where the last settlement did not correct tokens', () => {
    const learner = sure();
    const kept = { ...COST, outputTokens: 200 };
    learner.settled('a', COST, { inputTokens: 90, outputTokens: 150 });
    expect(learner.adjust(COST, 'a')).toEqual(kept);

    learner.settled('a', COST, { tokens: 240, inputTokens: 90, outputTokens: 150 });
    expect(learner.adjust(COST, 'a')).toEqual({ ...kept, tokens: 300 });

    learner.settled('a', COST, {});
    learner.settled('a', { outputTokens: 5 }, { outputTokens: 5 });
    expect(learner.adjust(COST, 'a')).toEqual({ ...kept, tokens: 300 });
  });

  it.each([
    // 80 answers of 0 and 20 of 200 tokens, and one more of 1,024: mean 50, standard deviation 126
    [1, 556],
    [4, 307],
    [9, 225],
    [16, 200],
    [Infinity, 200],
  ])('the less the more share it: %p hold %p each', (sharing, outputTokens) => {
    expect(sure().adjust(COST, 'a', sharing)).toMatchObject({ outputTokens });
  });

  it('less on the word of a few answers, as the next may take all', () => {
    const learner = new OutputLearner();
    observeAll(learner, Array<number>(20).fill(200));

    // Of 20 and one more of 1,024: mean 239, standard deviation 175.
    expect(learner.adjust(COST, 'a', 1)).toMatchObject({ outputTokens: 958 });
    expect(learner.adjust(COST, 'a', 100)).toMatchObject({ outputTokens: 408 });
  });

  it('to no less than the mean where the quantile is below it', () => {
    const learner = new OutputLearner();
    observeAll(learner, [...Array<number>(181).fill(20), ...Array<number>(19).fill(1_000)]);

    expect(learner.expected('a')).toBe(20);
    expect(learner.adjust(COST, 'a')).toMatchObject({ outputTokens: 201 });
  });

  it('never anything upwards', () => {
    const amount = fc.nat(2_000);
    const cost = fc.record(
      { requests: amount, tokens: amount, inputTokens: amount, outputTokens: amount },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(cost, fc.array(amount, { maxLength: 5 }), (before: Usage, outputs) => {
        const learner = new OutputLearner({ atLeast: 2 });
        observeAll(learner, outputs);
        const after = learner.adjust(before, 'a');

        expect(Object.keys(after)).toEqual(Object.keys(before));
        for (const unit of Object.keys(before)) {
          expect(after[unit]).toBeLessThanOrEqual(before[unit]!);
          expect(after[unit]).toBeGreaterThanOrEqual(0);
        }
        const { tokens = Infinity, inputTokens = 0, outputTokens = 0 } = after;
        // What held prompt and answer still does.
        if (before['tokens']! >= (before['inputTokens'] ?? 0) + (before['outputTokens'] ?? 0))
          expect(tokens).toBeGreaterThanOrEqual(inputTokens + outputTokens);
      }),
    );
  });
});

describe('accuracy of OutputLearner', () => {
  it('is what was reserved over what was used', () => {
    const learner = learnt();
    learner.settled('a', { outputTokens: 1_024 }, { outputTokens: 200 });
    learner.settled('a', { outputTokens: 200 }, { outputTokens: 300 });
    learner.settled('b', { outputTokens: 16 }, { outputTokens: 0 });

    expect(learner.accuracy).toEqual([
      { label: 'a', calls: 1, expected: 200, reserved: 1_224, used: 500, accuracy: 2.448 },
      { label: 'b', calls: 0, expected: undefined, reserved: 16, used: 0, accuracy: undefined },
    ]);
  });

  it('is empty at first', () => {
    expect(new OutputLearner().accuracy).toEqual([]);
  });

  it('follows the present: the last calls count', () => {
    const learner = new OutputLearner({ atLeast: 1, latest: 2 });
    learner.settled('a', { outputTokens: 0.1 }, { outputTokens: 0.3 });
    for (const used of [100, 300]) {
      learner.settled('a', { outputTokens: 400 }, { outputTokens: used });
    }

    expect(learner.accuracy).toMatchObject([{ reserved: 800, used: 400, accuracy: 2 }]);
    learner.settled('a', { outputTokens: 0 }, { outputTokens: 0 });
    learner.settled('a', { outputTokens: 0 }, { outputTokens: 0 });
    expect(learner.accuracy).toMatchObject([{ reserved: 0, used: 0, accuracy: undefined }]);
  });

  it.each<[string, Usage, Usage]>([
    ['reserved', { tokens: 5 }, COST],
    ['used', COST, { tokens: 5 }],
  ])('does not count what names no output as %s', (_, reserved, used) => {
    const learner = learnt();
    const before = learner.accuracy;
    learner.settled('a', reserved, used);

    expect(learner.accuracy).toBe(before);
  });

  it('is the same object until something is learned, also of each label', () => {
    const learner = learnt();
    learner.observe('b', 5);
    const [a, b] = learner.accuracy;
    learner.settled('b', COST, COST);

    expect(learner.accuracy).toBe(learner.accuracy);
    expect(learner.accuracy[0]).toBe(a);
    expect(learner.accuracy[1]).not.toBe(b);
    learner.observe('b', 6);
    expect(learner.accuracy[1]).toMatchObject({ calls: 2, expected: 6, reserved: 1_024 });
  });
});

describe('OutputLearner', () => {
  it('agrees with one that keeps, sorts and sums everything', () => {
    const label = fc.constantFrom('a', '__proto__', undefined);
    const tokens = fc.oneof(fc.nat(5), fc.nat(4_000));
    const step = fc.record({ label, reserved: tokens, used: tokens, isObserved: fc.boolean() });
    const percent = fc.integer({ min: 1, max: 100 });
    const size = fc.integer({ min: 1, max: 5 });
    // Several times as many as are remembered.
    const calls = fc.array(step, { minLength: 20, maxLength: 80 });

    fc.assert(
      fc.property(percent, size, fc.nat(6), calls, (percent, atLeast, more, steps) => {
        const latest = atLeast + more;
        const learner = new OutputLearner({ quantile: percent / 100, atLeast, latest });
        const naive = new NaiveOutputLearner(percent, atLeast, latest);
        for (const { label, reserved, used, isObserved } of steps) {
          const told = [label, { outputTokens: reserved }, { outputTokens: used }] as const;
          if (isObserved) learner.observe(label, used);
          if (isObserved) naive.observe(label, used);
          learner.settled(...told);
          naive.settled(...told);

          expect(learner.expected(label)).toBe(naive.expected(label));
          expect(learner.accuracy).toContainEqual(naive.state(label));
        }
      }),
    );
  });

  it.each([
    ['quantile', { quantile: 0 }, 'a number above 0, at most 1'],
    ['quantile', { quantile: 1.1 }, 'a number above 0, at most 1'],
    ['quantile', { quantile: NaN }, 'a number above 0, at most 1'],
    ['atLeast', { atLeast: 0 }, 'a whole number, 1 or more'],
    ['atLeast', { atLeast: 1.5 }, 'a whole number, 1 or more'],
    ['latest', { latest: 19 }, 'a whole number, 20 or more'],
    ['latest', { atLeast: 3, latest: 2 }, 'a whole number, 3 or more'],
    ['latest', { latest: Infinity }, 'a whole number, 20 or more'],
  ])('refuses %s of %j', (option, options, allowed) => {
    const error = errorOf(() => new OutputLearner(options));

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option, allowed });
  });

  it.each([NaN, -1, Infinity])('refuses to learn from %p, and keeps what it knows', (bad) => {
    const learner = learnt();
    const before = learner.accuracy;

    expect(errorOf(() => learner.observe('a', bad))).toMatchObject({ option: 'outputTokens' });
    expect(errorOf(() => learner.settled('a', { outputTokens: bad }, COST))).toMatchObject({
      option: 'reserved.outputTokens',
    });
    expect(errorOf(() => learner.settled('a', COST, { outputTokens: bad }))).toMatchObject({
      option: 'used.outputTokens',
    });
    expect(learner.accuracy).toBe(before);
  });
});
