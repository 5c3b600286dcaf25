import fc from 'fast-check';
import { isSame } from '../../src/testing/marbles/is-same.js';
import { marblesOf } from '../../src/testing/marbles/marbles-of.js';
import { momentsIn } from '../../src/testing/marbles/moments-in.js';
import { parseMarbles } from '../../src/testing/marbles/parse-marbles.js';
import { shownValue } from '../../src/testing/marbles/shown-value.js';

const moment = (at: number, text: string) => ({ at, value: text, text });

describe('marblesOf', () => {
  it.each([
    ['', []],
    ['a', [moment(0, 'a')]],
    ['a-b 58s c', [moment(0, 'a'), moment(2, 'b'), moment(58_003, 'c')]],
    ['(ab)', [moment(0, 'a'), moment(0, 'b')]],
    ['(ab)c', [moment(0, 'a'), moment(0, 'b'), moment(4, 'c')]],
    ['------------a', [moment(12, 'a')]],
    ['13ms a', [moment(13, 'a')]],
    ['2m a', [moment(120_000, 'a')]],
    ['1.5ms a', [moment(1.5, 'a')]],
  ])('writes %s', (marbles, moments) => {
    expect(marblesOf(moments)).toBe(marbles);
  });

  it.each([
    [
      'in which something happens while a group is drawn',
      [moment(0, 'a'), moment(0, 'b'), moment(3, 'c')],
    ],
    ['with a longer name', [moment(0, 'ab')]],
  ])('writes nothing of a timeline %s', (_, moments) => {
    expect(marblesOf(moments)).toBeUndefined();
  });

  it('writes what RxJS reads as the same', () => {
    const gaps = fc.array(fc.tuple(fc.nat(200_000), fc.integer({ min: 1, max: 3 })));
    fc.assert(
      fc.property(gaps, (all) => {
        let at = 0;
        const moments = all.flatMap(([gap, count]) => {
          at += gap;
          const group = Array.from({ length: count }, () => moment(at, 'a'));
          at += count === 1 ? 1 : count + 2;
          return group;
        });
        const read = parseMarbles(marblesOf(moments) ?? 'none');

        expect(momentsIn(read).map(({ at: when }) => when)).toEqual(moments.map(({ at: when }) => when)); // prettier-ignore
      }),
      { seed: 1 },
    );
  });
});

describe('parseMarbles', () => {
  it('counts a character as 1 ms and a time as what it says, outside of TestScheduler.run too', () => {
    expect(parseMarbles('-a 2s (b|)')).toMatchObject([
      { frame: 1, notification: { kind: 'N', value: 'a' } },
      { frame: 2_002, notification: { kind: 'N', value: 'b' } },
      { frame: 2_002, notification: { kind: 'C' } },
    ]);
  });
});

describe('isSame', () => {
  class Point {
    constructor(readonly x: number) {}
  }
  class Secret {
    readonly #x: number;
    constructor(x: number) {
      this.#x = x;
    }
    get isOne(): boolean {
      return this.#x === 1;
    }
  }
  const loop = (): object => {
    const one: { self?: object } = {};
    one.self = one;
    return one;
  };

  it.each<[unknown, unknown]>([
    [NaN, NaN],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [new Date(1), new Date(1)],
    [new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
    [new Set([1]), new Set([1])],
    [new Error('a'), new Error('a')],
    [new Point(1), new Point(1)],
    [new URL('http://a'), new URL('http://a')],
    [/a/g, /a/g],
    [new Uint8Array([1]), new Uint8Array([1])],
    [Object(1), Object(1)],
    [new Error('a', { cause: { b: 1 } }), new Error('a', { cause: { b: 1 } })],
    [loop(), loop()],
    [Object.create(null), Object.create(null)],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [5, expect.any(Number)],
    [[{ a: 'x' }], [expect.objectContaining({ a: 'x' })]],
  ])('holds %p and %p for the same', (actual, expected) => {
    expect(isSame(actual, expected)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [0, -0],
    [1, '1'],
    [null, undefined],
    [{}, null],
    [[], {}],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    [{ a: undefined }, {}],
    [new Date(1), new Date(2)],
    [new Error('a'), new Error('b')],
    [new Error('a'), new TypeError('a')],
    [Object.assign(new Error('a'), { code: 1 }), Object.assign(new Error('a'), { code: 2 })],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Set([1]), new Set([2])],
    [new Point(1), { x: 1 }],
    [new URL('http://a'), new URL('http://b')],
    [/a/, /b/],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    [new Uint8Array([1]), new Uint8Array([2])],
    [Object(1), Object(2)],
    [{ [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
    [new Secret(1), new Secret(2)],
    [Promise.resolve(1), Promise.resolve(2)],
    [new Error('a', { cause: 1 }), new Error('a', { cause: 2 })],
    [() => 1, () => 1],
    ['x', expect.any(Number)],
  ])('tells %p from %p', (actual, expected) => {
    expect(isSame(actual, expected)).toBe(false);
  });

  it('agrees with Jest on plain data', () => {
    const data = fc.object({ maxDepth: 2, maxKeys: 3, values: [fc.integer({ max: 2, min: 0 }), fc.constantFrom('a', null)] }); // prettier-ignore
    fc.assert(
      fc.property(data, data, (one, other) => {
        const agrees = (actual: unknown) => {
          try {
            expect(actual).toStrictEqual(one);
            return true;
          } catch {
            return false;
          }
        };

        expect(isSame(other, one)).toBe(agrees(other));
        expect(isSame(structuredClone(one), one)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe('shownValue', () => {
  it.each<[unknown, string]>([
    ['a', 'a'],
    ['', "''"],
    ['two\nlines', 'two lines'],
    [{ a: 1 }, '{"a":1}'],
    [undefined, 'undefined'],
    [new TypeError('no'), 'TypeError: no'],
    [5n, '[object BigInt]'],
    ['x'.repeat(50), `${'x'.repeat(31)}…`],
  ])('shows %p as %s', (value, text) => {
    expect(shownValue(value)).toBe(text);
  });
});
