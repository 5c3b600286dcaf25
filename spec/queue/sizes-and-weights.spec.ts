import fc from 'fast-check';
import { InvalidOptionError } from '../../src/index.js';
import { sizeOf } from '../../src/queue/size-of.js';
import { safeWeights, weightOf } from '../../src/queue/tenant-weights.js';
import { errorOf } from '../support/error-of.js';

const amount = fc.nat(9);
const usage = fc.dictionary(
  fc.constantFrom('requests', 'tokens', 'inputTokens', 'outputTokens', 'usd', 'images'),
  amount,
);

describe('sizeOf', () => {
  it('is above 0, whatever a call costs, and is not a matter of requests', () => {
    fc.assert(
      fc.property(usage, amount, (cost, requests) => {
        const size = sizeOf(cost);

        expect(size).toBeGreaterThan(0);
        expect(sizeOf({ requests, ...cost })).toBe(size);
        expect(sizeOf({ ...cost, requests })).toBe(size);
      }),
    );
  });

  it('is the tokens where there are some, together or by input and output', () => {
    fc.assert(
      fc.property(usage, (cost) => {
        const { tokens = 0, inputTokens = 0, outputTokens = 0 } = cost;
        if (tokens > 0) expect(sizeOf(cost)).toBe(tokens);
        else if (inputTokens + outputTokens > 0)
          expect(sizeOf(cost)).toBe(inputTokens + outputTokens);
      }),
    );
  });
});

describe('weightOf', () => {
  const tenant = fc.constantFrom(undefined, 'a', 'b', 'toString', '__proto__');
  const given = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(0, -1, NaN, Infinity, 0.5, '7', null, undefined),
  );

  it('of a record is what it says of its own, and 1 of all others', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 9 })),
        tenant,
        (weights, one) => {
          const known = one === 'a' || one === 'b' ? weights[one] : undefined;

          expect(weightOf(weights)!(one)).toBe(known ?? 1);
        },
      ),
    );
  });

  it('of a function is a number above 0, or an error that says so; 1 where that must not be thrown', () => {
    fc.assert(
      fc.property(given, tenant, (weight, one) => {
        const faults: unknown[] = [];
        const weights = weightOf(() => weight as number);
        const isRight = typeof weight === 'number' && weight > 0 && weight < Infinity;
        const error = errorOf(() => weights!(one));
        const safe = safeWeights(weights, (fault) => faults.push(fault))!(one);

        expect(safe).toBe(isRight ? weight : 1);
        expect(faults).toEqual(isRight ? [] : [error]);
        if (!isRight) expect(error).toBeInstanceOf(InvalidOptionError);
      }),
    );
  });
});
