import { addPoint, answeredPerMinute, spanOf } from '../../../src/dashboard/page/history.js';
import type { Point } from '../../../src/dashboard/protocol.js';

const MINUTE = 60_000;

function pointAt(at: number, completed = 0): Point {
  return { at, completed, queued: 0, inFlight: 0, used: {}, limits: {} };
}

describe('addPoint', () => {
  it('keeps points for as long as the history goes back', () => {
    const points: Point[] = [];
    for (let at = 0; at <= 20; at++) addPoint(points, pointAt(at), 10);

    expect(points.map(({ at }) => at)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it('takes a point that comes again for a newer version of it', () => {
    const points = [pointAt(1, 5)];
    addPoint(points, pointAt(1, 6), 10);

    expect(points).toEqual([pointAt(1, 6)]);
  });

  it('keeps the very point that it has where the same comes again, which is nothing to draw', () => {
    const first = { ...pointAt(1, 5), used: { 'tokens/60000': 3 } };
    const points = [first];
    addPoint(points, { ...pointAt(1, 5), used: { 'tokens/60000': 3 } }, 10);

    expect(points).toHaveLength(1);
    expect(points[0]).toBe(first);
  });

  it('leaves out a point that is older than the last', () => {
    const points = [pointAt(5)];
    addPoint(points, pointAt(4), 10);

    expect(points).toEqual([pointAt(5)]);
  });
});

describe('spanOf', () => {
  it.each([
    ['a minute at the least', [], [40_000, 100_000]],
    ['as far back as there are points', [pointAt(10_000)], [10_000, 100_000]],
    ['not further than the history', [pointAt(-1_000_000)], [-20_000, 100_000]],
  ])('is %s', (_, points, span) => {
    expect(spanOf(points, 100_000, 2 * MINUTE)).toEqual(span);
  });
});

describe('answeredPerMinute', () => {
  it('counts what was answered in the minute before each point', () => {
    const points = [0, 30_000, 60_000, 90_000, 120_000].map((at, n) => pointAt(at, n * n * 10));

    expect(answeredPerMinute(points).slice(2)).toEqual([40, 80, 120]);
  });

  it('takes what is known for a minute where less is known', () => {
    expect(answeredPerMinute([pointAt(0, 5), pointAt(15_000, 10)])).toEqual([null, 20]);
  });

  it('says nothing after too short a time', () => {
    expect(answeredPerMinute([pointAt(0, 0), pointAt(1_000, 100)])).toEqual([null, null]);
  });
});
