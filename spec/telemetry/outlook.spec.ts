import { CallQueue } from '../../src/queue/call-queue.js';
import { Queueable } from '../../src/queue/queueable.js';
import { type Coming, Outlook, type OutlookParts } from '../../src/telemetry/outlook.js';
import type { Forecast, Usage } from '../../src/index.js';

class Item extends Queueable {
  constructor(
    override size: number,
    override cost: Usage = { tokens: size },
  ) {
    super();
  }
}

interface Scene {
  /** Of those that are queued. */
  readonly sizes?: readonly number[];
  readonly bound?: number | undefined;
  /** When each that is in flight started; undefined where the store does not tell. */
  readonly startedAt?: readonly (number | undefined)[];
  readonly runMs?: number | undefined;
  readonly takenShare?: number;
  readonly isPaused?: boolean;
  readonly isOpen?: boolean;
  /** What the tracker says; undefined for one that cannot. */
  readonly forecast?: Forecast | undefined;
}

const FREE: Forecast = { waitMs: 0, blockedBy: undefined };
const NOW = 1_000;

function outlookOn(scene: Scene) {
  const { sizes = [], bound = 10, startedAt = [], isPaused = false, isOpen = true } = scene;
  const queue = new CallQueue<Queueable>();
  for (const size of sizes) queue.push(new Item(size), 0);
  const asked: [Usage, Usage | undefined][] = [];
  const forecast = (cost: Usage, ahead?: Usage) => {
    asked.push([cost, ahead]);
    return scene.forecast ?? FREE;
  };
  const parts = {
    queue,
    inFlight: new Set(startedAt.map((at) => ({ reservation: { at } }))),
    tracker: 'forecast' in scene && !scene.forecast ? {} : { forecast },
    permits: {
      bound: 'bound' in scene ? scene.bound : bound,
      isPaused,
      isOpen,
      count$: { value: isPaused || !isOpen ? 0 : (scene.bound ?? bound) },
    },
    isAcquiring: () => !isOpen,
    latest: { runMs: scene.runMs, takenShare: scene.takenShare ?? 1 },
    clock: { now: () => NOW },
  };
  return { outlook: new Outlook(parts as unknown as OutlookParts), asked };
}

const waiting = (cost: Usage = { tokens: 10 }): Coming => ({
  priority: 0,
  tenant: undefined,
  cost,
});

const waitOf = (scene: Scene) => outlookOn(scene).outlook.placeOf(waiting()).waitMs;
const reasonOf = (scene: Scene) => outlookOn({ sizes: [5], ...scene }).outlook.blockedBy;

describe('Outlook.placeOf', () => {
  it('asks the tracker for the cost, behind what is ahead', () => {
    const { outlook, asked } = outlookOn({ sizes: [20, 40] });
    const { ahead } = outlook.placeOf(waiting({ requests: 1, tokens: 10, outputTokens: 4 }));

    expect(ahead).toBe(2);
    expect(asked).toEqual([
      [
        { requests: 1, tokens: 10, outputTokens: 4 },
        { requests: 2, tokens: 60, outputTokens: 24 },
      ],
    ]);
  });

  it('takes what is ahead for what calls really take lately, but counts each', () => {
    const { outlook, asked } = outlookOn({ sizes: [20, 40], takenShare: 0.25 });
    outlook.placeOf(waiting());

    expect(asked).toEqual([[{ tokens: 10 }, { tokens: 15, requests: 2 }]]);
  });

  it('asks for its own cost in full', () => {
    const { outlook, asked } = outlookOn({ takenShare: 0.25 });
    outlook.placeOf(waiting());

    expect(asked).toEqual([[{ tokens: 10 }, { tokens: 0, requests: 0 }]]);
  });

  it('waits as long as the tracker says', () => {
    expect(waitOf({ forecast: { waitMs: 70, blockedBy: 'quota' } })).toBe(70);
  });

  it('waits for nothing that a tracker does not say', () => {
    expect(waitOf({ forecast: undefined })).toBe(0);
  });

  const quotaIn70: Forecast = { waitMs: 70, blockedBy: 'quota' };

  it.each<[string, Scene, number]>([
    ['a free one', { bound: 2, startedAt: [900], runMs: 500 }, 0],
    ['the rest of a run', { bound: 1, startedAt: [900], runMs: 500 }, 400],
    ['the rest of the oldest run', { bound: 2, startedAt: [800, 950], runMs: 500 }, 300],
    ['nothing that is over', { bound: 1, startedAt: [100], runMs: 500 }, 0],
    ['a whole run where nobody knows when it began', { bound: 1, startedAt: [undefined], runMs: 500 }, 500], // prettier-ignore
    ['one run more behind as many as there are', { bound: 2, startedAt: [800, 800], runMs: 500, sizes: [1, 1] }, 800], // prettier-ignore
    ['no run more behind fewer', { bound: 2, startedAt: [800, 800], runMs: 500, sizes: [1] }, 300],
    ['two more behind twice as many', { bound: 2, startedAt: [800, 800], runMs: 500, sizes: [1, 1, 1, 1] }, 1_300], // prettier-ignore
    // It was a run too much wherever permits are free and the quotas hold the queue: a call could be refused for a
    // deadline that it would have kept.
    ['one run behind one for which there is a permit', { bound: 1, runMs: 500, sizes: [1] }, 500],
    ['the rest of a run behind one for which there is a permit', { bound: 2, startedAt: [900], runMs: 500, sizes: [1] }, 400], // prettier-ignore
    ['one run behind two of which one waits', { bound: 2, startedAt: [900], runMs: 500, sizes: [1, 1] }, 500], // prettier-ignore
    ['what is above a bound that was lowered', { bound: 1, startedAt: [900, 900, 900], runMs: 500 }, 400], // prettier-ignore
    ['a quota that takes longer', { bound: 1, startedAt: [995], runMs: 50, forecast: quotaIn70 }, 70], // prettier-ignore
    ['more than a quota', { bound: 1, startedAt: [995], runMs: 500, forecast: quotaIn70 }, 495],
    ['a bound of 0', { bound: 0 }, Infinity],
    ['a bound that nobody knows', { bound: undefined }, Infinity],
    ['nothing of an unlimited one', { bound: Infinity, startedAt: [900, 900], runMs: 500, sizes: [1] }, 0], // prettier-ignore
  ])('waits for permits: %s', (_what, scene, wait) => {
    expect(waitOf(scene)).toBe(wait);
  });

  it('does not know while it is paused', () => {
    expect(waitOf({ isPaused: true })).toBe(Infinity);
  });

  it('counts those ahead also then', () => {
    const { outlook } = outlookOn({ isPaused: true, sizes: [1, 1, 1] });

    expect(outlook.placeOf(waiting()).ahead).toBe(3);
  });

  // It said: at once.
  it('does not know how long a permit takes before a run has ended', () => {
    expect(waitOf({ bound: 1, startedAt: [900], runMs: undefined })).toBe(Infinity);
  });

  // It said: at once.
  it('does not know how long resources take', () => {
    expect(waitOf({ isOpen: false })).toBe(Infinity);
  });

  // The first permit that comes back is for the first in the queue.
  it('waits for the second oldest run behind one that waits for the oldest', () => {
    expect(waitOf({ bound: 2, startedAt: [800, 950], runMs: 500, sizes: [1] })).toBe(450);
  });
});

describe('Outlook.blockedBy', () => {
  it('is undefined where nothing waits, whatever is in the way', () => {
    const scene: Scene = { sizes: [], isPaused: true, isOpen: false, bound: 0 };

    expect(reasonOf(scene)).toBeUndefined();
    expect(reasonOf({ sizes: [], forecast: { waitMs: 7, blockedBy: 'gate' } })).toBeUndefined();
  });

  it('asks for the first, behind nobody', () => {
    const { outlook, asked } = outlookOn({ sizes: [20, 40] });
    expect(outlook.blockedBy).toBeUndefined();

    expect(asked).toEqual([[{ tokens: 20 }, { tokens: 0, requests: 0 }]]);
  });

  const inQuota: Forecast = { waitMs: 70, blockedBy: 'quota', unit: 'tokens', windowMs: 100 };
  const full: Scene = { bound: 1, startedAt: [900], runMs: 500 };

  it.each<[string, Scene, unknown]>([
    ['a quota', { forecast: inQuota }, { reason: 'quota', unit: 'tokens', windowMs: 100, until: 1_070 }], // prettier-ignore
    ['a quota that nobody knows', { forecast: { ...inQuota, waitMs: Infinity } }, { reason: 'quota', unit: 'tokens', windowMs: 100, until: undefined }], // prettier-ignore
    ['a gate', { forecast: { waitMs: 70, blockedBy: 'gate' } }, { reason: 'gate', until: 1_070 }],
    ['a permit', full, { reason: 'permit', until: 1_400 }],
    ['a permit, and then longer a quota', { ...full, forecast: { ...inQuota, waitMs: 800 } }, { reason: 'permit', until: 1_800 }], // prettier-ignore
    ['a permit, before a run has ended', { ...full, runMs: undefined }, { reason: 'permit', until: undefined }], // prettier-ignore
    ['a permit, with a bound of 0', { bound: 0, runMs: 5 }, { reason: 'permit', until: undefined }],
    ['resources, rather than permits and quotas', { ...full, forecast: inQuota, isOpen: false }, { reason: 'resources', until: undefined }], // prettier-ignore
    ['paused, rather than all else', { ...full, forecast: inQuota, isOpen: false, isPaused: true }, { reason: 'paused', until: undefined }], // prettier-ignore
    ['nothing that a tracker does not say', { forecast: undefined }, undefined],
    ['nothing', {}, undefined],
  ])('is %s', (_what, scene, blockedBy) => {
    expect(reasonOf(scene)).toEqual(blockedBy);
  });
});
