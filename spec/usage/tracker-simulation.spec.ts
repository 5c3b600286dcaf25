import { InMemoryRateTracker } from '../../src/index.js';
import { wrongsOf } from './simulation/checks.js';
import { Draw } from './simulation/draw.js';
import { Play } from './simulation/play.js';
import { World } from './simulation/world.js';

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);
const STEPS = 120;

function playOf(seed: number): Play {
  const draw = new Draw(seed);
  return new Play(new World(draw), draw);
}

/** Plays until the first step after which something is wrong; says which that was, and what. */
function firstWrong(play: Play): readonly string[] {
  for (let step = 1; step <= STEPS; step++) {
    const what = play.step();
    const wrongs = wrongsOf(play);
    if (wrongs.length > 0) return [`step ${step}: ${what}`, ...wrongs];
  }
  return [];
}

/** No more trouble: all is open, every call ends soon, and every limit has room for each. */
function makePeace(play: Play): void {
  const { time, trackers, quotas } = play.world;
  play.onGranted = (call) => {
    time.schedule(() => {
      play.finish(call);
    }, call.id % 4);
  };
  for (const by of trackers) {
    by.tracker.open();
    by.isOpen = true;
  }
  for (const { limit$ } of quotas) limit$.next(Math.max(8, limit$.value));
  for (const call of play.open) play.finish(call);
}

describe('trackers that share quotas, whatever happens', () => {
  it.each(SEEDS)('break no limit, and leave nobody waiting without a reason (seed %i)', (seed) => {
    expect(firstWrong(playOf(seed))).toEqual([]);
  });

  it.each(SEEDS)('answer everybody in the end, and hold nothing then (seed %i)', (seed) => {
    const play = playOf(seed);
    for (let step = 1; step <= STEPS; step++) play.step();
    makePeace(play);
    const { waiting, world } = play;
    const { time, longestMs, quotas, trackers } = world;
    const from = time.now();
    time.flush();

    expect(wrongsOf(play)).toEqual([]);
    expect(play.waiting.map(({ id }) => id)).toEqual([]);
    // The gate's longest wait, a probe that is silent, and a window for each who waited.
    expect(time.now() - from).toBeLessThanOrEqual(100 + 10_000 + (waiting.length + 1) * longestMs);
    expect(time.timers).toBe(0);
    time.advance(longestMs);
    const finite = trackers.flatMap(({ tracker }) =>
      tracker.quotas.filter(({ windowMs }) => windowMs < Infinity),
    );
    expect(finite.map(({ used, reserved }) => [used, reserved])).toEqual(finite.map(() => [0, 0]));
    expect(quotas.every(({ limit$ }) => limit$.observed)).toBe(true);
    for (const { tracker } of trackers) tracker.close();
    expect(quotas.some(({ limit$ }) => limit$.observed)).toBe(false);
    expect(trackers[0]!.tracker).toBeInstanceOf(InMemoryRateTracker);
  });
});
