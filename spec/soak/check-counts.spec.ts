import { brokenRules } from './check-counts.js';
import { type Journals, readRecords } from './read-records.js';
import { RULES } from './rules.js';

/** What happened to call 1, as `provider|arrived 1/1`, one side and one line each. */
type Story = readonly string[];

const STARTED = [
  'events|queued 1',
  'events|started 1 1',
  'caller|sent 1/1',
  'provider|arrived 1/1',
];
const AGAIN = ['events|started 1 2', 'caller|sent 1/2', 'provider|arrived 1/2'];
const FAILED_ONCE = [...STARTED, 'provider|ended 1/1 500 finished', 'events|retrying 1 1 500'];
const ANSWERED = [
  ...STARTED,
  'provider|ended 1/1 200 finished',
  'events|completed 1 1',
  'caller|told 1 completed',
];
const CANCELLED = [...STARTED, 'events|cancelled 1 1', 'caller|told 1 left'];
const TIMED_OUT = [...STARTED, 'events|failed 1 1', 'caller|told 1 failed firstChunkTimeout'];
const BROKEN = [...STARTED, 'events|failed 1 1', 'caller|told 1 failed connection'];

function wrongWith(story: Story): string[] {
  const lines = (side: keyof Journals) =>
    story
      .filter((line) => line.startsWith(`${side}|`))
      .map((line) => line.slice(side.length + 1).split(' '));
  const journals = {
    provider: lines('provider'),
    caller: lines('caller'),
    events: lines('events'),
  };
  return brokenRules(readRecords(journals, 1)).map((line) =>
    line.replace(/^1 of the calls: (.*) \(1\)$/, '$1'),
  );
}

const without = (story: Story, line: string) => story.filter((one) => one !== line);
const with_ = (story: Story, from: string, to: string) =>
  story.map((line) => (line === from ? to : line));

describe('what may happen to a call', () => {
  it.each<[string, Story]>([
    ['answered', ANSWERED],
    [
      'answered at the second try',
      [
        ...FAILED_ONCE,
        ...AGAIN,
        'provider|ended 1/2 200 finished',
        'events|completed 1 2',
        'caller|told 1 completed',
      ],
    ],
    [
      'failed at the last try',
      [
        ...FAILED_ONCE,
        ...AGAIN,
        'provider|ended 1/2 529 finished',
        'events|failed 1 2',
        'caller|told 1 failed 529',
      ],
    ],
    ['left in the queue', ['events|queued 1', 'events|cancelled 1 1', 'caller|told 1 left']],
    [
      'left before it was sent',
      ['events|queued 1', 'events|started 1 1', 'events|cancelled 1 1', 'caller|told 1 aborted'],
    ],
    ['left in the middle', [...CANCELLED, 'provider|ended 1/1 200 cut']],
    ['left as the answer was on its way', [...CANCELLED, 'provider|ended 1/1 200 finished']],
    [
      'left while it waited for its next try',
      [...FAILED_ONCE, 'events|cancelled 1 2', 'caller|told 1 left'],
    ],
    ['hung', [...TIMED_OUT, 'provider|ended 1/1 0 cut']],
    [
      'hung, and answered at the next try',
      [
        ...STARTED,
        'provider|ended 1/1 0 cut',
        'events|retrying 1 1 no-answer',
        ...AGAIN,
        'provider|ended 1/2 200 finished',
        'events|completed 1 2',
        'caller|told 1 completed',
      ],
    ],
    [
      'answered too late, and again',
      [
        ...STARTED,
        'events|retrying 1 1 no-answer',
        'provider|ended 1/1 200 finished',
        ...AGAIN,
        'provider|ended 1/2 200 finished',
        'events|completed 1 2',
        'caller|told 1 completed',
      ],
    ],
    ['broken off in the middle of a stream', [...BROKEN, 'provider|ended 1/1 200 cut']],
    [
      'sent on a connection that was being closed, and again',
      [
        ...without(STARTED, 'provider|arrived 1/1'),
        'provider|idle',
        'events|retrying 1 1 connection',
        ...AGAIN,
        'provider|ended 1/2 200 finished',
        'events|completed 1 2',
        'caller|told 1 completed',
      ],
    ],
  ])('is right where it is %s', (_, story) => {
    expect(wrongWith(story)).toEqual([]);
  });
});

/** Of every rule what it is there for, and it alone unless more is said. */
const CRIMES: Readonly<Record<string, readonly Story[]>> = {
  'lost: its caller was told nothing': [without(ANSWERED, 'caller|told 1 completed'), []],
  'its caller was told twice': [
    [...ANSWERED, 'caller|told 1 completed'],
    [...CANCELLED, 'provider|ended 1/1 200 cut', 'caller|told 1 completed'],
  ],
  "its caller was told another's answer": [
    with_(ANSWERED, 'caller|told 1 completed', 'caller|told 1 mixed-up'),
  ],
  'a try came to the provider twice': [
    [...ANSWERED, 'provider|arrived 1/1', 'provider|ended 1/1 500 finished', 'caller|sent 1/1'],
  ],
  'a try came that had not been started and sent': [
    without(ANSWERED, 'events|started 1 1'),
    without(ANSWERED, 'caller|sent 1/1'),
    [...ANSWERED, 'caller|sent 1/1'],
    [...ANSWERED, 'events|started 1 1'],
    [...ANSWERED, 'provider|arrived ?/?', 'provider|ended ?/? 200 finished'],
  ],
  'an answer has not ended': [
    without(ANSWERED, 'provider|ended 1/1 200 finished'),
    [...ANSWERED, 'provider|ended 1/1 200 cut'],
  ],
  'the provider answered it twice': [
    [...ANSWERED, 'provider|arrived 1/1', 'provider|ended 1/1 200 finished'],
    [
      ...STARTED,
      'provider|ended 1/1 200 finished',
      'events|retrying 1 1 connection',
      ...AGAIN,
      'provider|ended 1/2 200 finished',
      'events|completed 1 2',
      'caller|told 1 completed',
    ],
  ],
  'completed, and its last try was not answered': [
    with_(ANSWERED, 'provider|ended 1/1 200 finished', 'provider|ended 1/1 200 cut'),
    with_(ANSWERED, 'provider|ended 1/1 200 finished', 'provider|ended 1/1 500 finished'),
  ],
  'answered, and its caller was told something else': [
    [...BROKEN, 'provider|ended 1/1 200 finished'],
    [
      ...STARTED,
      'provider|ended 1/1 200 finished',
      'events|failed 1 1',
      'caller|told 1 failed 500',
    ],
  ],
  'a try that another followed had been answered': [
    [
      ...STARTED,
      'provider|ended 1/1 200 finished',
      'events|retrying 1 1 500',
      ...AGAIN,
      'provider|ended 1/2 200 finished',
      'events|completed 1 2',
      'caller|told 1 completed',
    ],
  ],
  'a try never came, and nobody had given it up': [
    [
      'events|queued 1',
      'events|started 1 1',
      'caller|sent 1/1',
      'events|completed 1 1',
      'caller|told 1 completed',
    ],
    [
      'events|queued 1',
      'events|started 1 1',
      'events|failed 1 1',
      'caller|told 1 failed connection',
    ],
  ],
  'the provider did not fail as the caller was told': [
    [
      ...STARTED,
      'provider|ended 1/1 429 finished',
      'events|failed 1 1',
      'caller|told 1 failed 500',
    ],
    [...BROKEN, 'provider|ended 1/1 500 finished'],
    [
      ...STARTED,
      'provider|ended 1/1 0 cut',
      'events|failed 1 1',
      'caller|told 1 failed unexpected:TypeError',
    ],
    [
      ...FAILED_ONCE.slice(0, -1),
      'events|retrying 1 1 429',
      ...AGAIN,
      'provider|ended 1/2 200 finished',
      'events|completed 1 2',
      'caller|told 1 completed',
    ],
  ],
  'its tries are not 1, 2, 3, each after a failure': [
    [...ANSWERED, 'events|retrying 1 1 connection'],
    [
      ...STARTED,
      'provider|ended 1/1 500 finished',
      ...AGAIN,
      'provider|ended 1/2 200 finished',
      'events|completed 1 2',
      'caller|told 1 completed',
    ],
    [
      'events|queued 1',
      ...AGAIN,
      'provider|ended 1/2 200 finished',
      'events|completed 1 2',
      'caller|told 1 completed',
    ],
  ],
  'rxllm told events otherwise than the caller was told': [
    without(ANSWERED, 'events|queued 1'),
    without(ANSWERED, 'events|completed 1 1'),
    [...ANSWERED, 'events|completed 1 1'],
    [...ANSWERED, 'events|cancelled 1 1'],
    with_(ANSWERED, 'events|completed 1 1', 'events|failed 1 1'),
    with_(
      [...CANCELLED, 'provider|ended 1/1 200 cut'],
      'events|cancelled 1 1',
      'events|failed 1 1',
    ),
  ],
};

describe('the rules', () => {
  it.each(RULES.map(({ wrong }) => wrong))('find: %s', (wrong) => {
    const stories = CRIMES[wrong] ?? [];
    expect(stories.length).toBeGreaterThan(0);
    for (const story of stories)
      expect(wrongWith(story)).toContainEqual(expect.stringContaining(wrong));
  });

  it('count the calls that break them and name the first', () => {
    const records = readRecords({ provider: [], caller: [], events: [] }, 5);
    expect(brokenRules(records)).toContain(
      '5 of the calls: lost: its caller was told nothing (1, 2, 3, …)',
    );
  });

  it('know of each call that is to be there, and of those that should not', () => {
    const provider = [
      ['arrived', '9/1'],
      ['ended', '9/1', '200', 'finished'],
    ];
    expect(wrongWith(ANSWERED)).toEqual([]);
    expect(
      brokenRules(readRecords({ provider, caller: [], events: [] }, 0)).length,
    ).toBeGreaterThan(0);
  });
});
